/* tests/fuzz/replay_main.c - runs one fuzz target over kept inputs, without libFuzzer.
 *
 * Arguments are files or folders; folders are walked one level deep. The empty input always runs.
 * The target aborts on a finding; otherwise the exit code is 0.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    struct stat info;
    size_t size = fstat(fileno(file), &info) == 0 ? (size_t)info.st_size : 0;
    /* Exactly as large as the input, so that a sanitizer sees a read past its end. */
    uint8_t *data = malloc(size ? size : 1);
    if (!data || fread(data, 1, size, file) != size) {
        fprintf(stderr, "%s: could not read\n", path);
        free(data);
        fclose(file);
        return 1;
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

static int replay_folder(const char *path, DIR *folder, int *count)
{
    int failures = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        char file[4096];
        if (snprintf(file, sizeof file, "%s/%s", path, entry->d_name) >= (int)sizeof file) continue;
        failures += replay_file(file);
        ++*count;
    }
    return failures;
}

int main(int argc, char **argv)
{
    int failures = 0;
    int count = 1;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        struct stat info;
        if (stat(argv[i], &info) != 0) continue; /* a target without kept inputs yet */
        DIR *folder = opendir(argv[i]);
        if (!folder) {
            failures += replay_file(argv[i]);
            count++;
            continue;
        }
        failures += replay_folder(argv[i], folder, &count);
        closedir(folder);
    }
    printf("%d inputs replayed\n", count);
    return failures ? 1 : 0;
}
