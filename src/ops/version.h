/* ops/version.h - the program's version, the one place that says it. */
#ifndef DAPUR_OPS_VERSION_H
#define DAPUR_OPS_VERSION_H

#define DAPUR_VERSION "0.1.0"

#endif
