# Files made part of the program, with CMake alone (no xxd, no assembler dialects).
#
#   dapur_embed(target file symbol)   const char symbol[] (NUL behind it), const size_t symbol_len
#   dapur_embed_sql(target folder)    every src/<folder>/**/*.sql, as embed_<path, / and . as _>,
#                                     declared in the generated header "<folder>/embedded.h"
#
# src/api/auth/schema.sql: #include "api/auth/embedded.h", embed_api_auth_schema_sql[_len].
# Run as a script (cmake -P) the lower half writes one such C file.
if(CMAKE_SCRIPT_MODE_FILE AND IN)
    file(READ "${IN}" hex HEX)
    string(LENGTH "${hex}" digits)
    math(EXPR bytes "${digits} / 2")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," list "${hex}")
    string(REGEX REPLACE "((0x..,){20})" "\\1\n" list "${list}")
    file(WRITE "${OUT}"
        "/* Made by cmake/embed.cmake from ${NAME}. */\n#include <stddef.h>\n"
        "extern const char ${SYMBOL}[];\nextern const size_t ${SYMBOL}_len;\n"
        "const size_t ${SYMBOL}_len = ${bytes};\n"
        "const char ${SYMBOL}[] = {\n${list}0};\n")
    return()
endif()

function(dapur_embed target file symbol)
    get_filename_component(input "${file}" ABSOLUTE)
    file(RELATIVE_PATH name "${CMAKE_SOURCE_DIR}" "${input}")
    set(output "${CMAKE_BINARY_DIR}/gen/${symbol}.c")
    add_custom_command(
        OUTPUT "${output}"
        COMMAND ${CMAKE_COMMAND} -DIN=${input} -DOUT=${output} -DSYMBOL=${symbol} -DNAME=${name}
                -P "${CMAKE_SOURCE_DIR}/cmake/embed.cmake"
        DEPENDS "${input}" "${CMAKE_SOURCE_DIR}/cmake/embed.cmake"
        COMMENT "Embedding ${name}" VERBATIM)
    target_sources(${target} PRIVATE "${output}")
    # Bytes above 127 are written as such; they mean the same in a char array.
    set_source_files_properties("${output}" PROPERTIES COMPILE_OPTIONS "-Wno-conversion;-Wno-overflow")
endfunction()

# dapur_embed_tree(target folder table)   every file of examples/<folder> that git would keep, with
#                                         `const struct embedded_file table[]` (cli/embedded_file.h),
#                                         ended by a row without a path
function(dapur_embed_tree target folder table)
    # data/ is not even looked at: a served example writes there, and each write would configure anew.
    file(GLOB files LIST_DIRECTORIES false CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/examples/${folder}/*")
    file(GLOB entries LIST_DIRECTORIES true "${CMAKE_SOURCE_DIR}/examples/${folder}/*")
    list(FILTER entries EXCLUDE REGEX "/data$")
    foreach(entry IN LISTS entries)
        if(IS_DIRECTORY "${entry}")
            file(GLOB_RECURSE inside CONFIGURE_DEPENDS "${entry}/*")
            list(APPEND files ${inside})
        endif()
    endforeach()
    list(SORT files)
    set(rows "")
    set(declarations "")
    foreach(file IN LISTS files)
        file(RELATIVE_PATH name "${CMAKE_SOURCE_DIR}/examples/${folder}" "${file}")
        string(REGEX REPLACE "[^A-Za-z0-9]" "_" symbol "embed_example_${folder}_${name}")
        dapur_embed(${target} "${file}" ${symbol})
        string(APPEND declarations "extern const char ${symbol}[];\nextern const size_t ${symbol}_len;\n")
        string(APPEND rows "    {\"${name}\", ${symbol}, &${symbol}_len},\n")
    endforeach()
    file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/gen/${table}.c" CONTENT
        "/* Made by cmake/embed.cmake. */\n#include \"cli/embedded_file.h\"\n${declarations}const struct embedded_file ${table}[] = {\n${rows}    {0, 0, 0},\n};\n" @ONLY)
    target_sources(${target} PRIVATE "${CMAKE_BINARY_DIR}/gen/${table}.c")
endfunction()

function(dapur_embed_sql target folder)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${folder}/*.sql")
    if(NOT files)
        return()
    endif()
    set(header "/* Made by cmake/embed.cmake. */\n#include <stddef.h>\n")
    foreach(file IN LISTS files)
        file(RELATIVE_PATH name "${CMAKE_SOURCE_DIR}/src" "${file}")
        string(REGEX REPLACE "[^A-Za-z0-9]" "_" symbol "embed_${name}")
        dapur_embed(${target} "${file}" ${symbol})
        string(APPEND header "extern const char ${symbol}[];\nextern const size_t ${symbol}_len;\n")
    endforeach()
    file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/gen/${folder}/embedded.h" CONTENT "${header}" @ONLY)
endfunction()
