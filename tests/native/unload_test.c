/*
 * Opens libmeniscus, uses it and closes it, as programs with plug-ins do (KIM is one), and lives on: unload_test LIBRARY MODEL
 */
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

#include "meniscus.h"

static int cycle(const char *library, const char *file) {
  int (*load)(const char *, int, meniscus_model **);
  int (*release)(meniscus_model *);
  meniscus_model *model;
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL)
    return 1;
  *(void **)&load = dlsym(handle, "meniscus_load");
  *(void **)&release = dlsym(handle, "meniscus_free");
  if (load == NULL || release == NULL || load(file, 2, &model) != MENISCUS_OK || release(model) != MENISCUS_OK)
    return 1;
  return dlclose(handle);
}

int main(int argc, char **argv) {
  int i, failures = 0;
  if (argc != 3) {
    fprintf(stderr, "unload_test LIBRARY MODEL\n");
    return 2;
  }
  for (i = 0; i < 50; i++)
    failures += cycle(argv[1], argv[2]);
  usleep(300000); /* what is left behind would run now */
  printf("%d failed\n", failures);
  return failures > 0;
}
