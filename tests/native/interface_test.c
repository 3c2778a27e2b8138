/*
 * Uses libmeniscus as a program in C would: interface_test MODEL_FOLDER SCRATCH_FOLDER [CYCLES]
 * Prints one line per check that fails and ends with the number of them. With CYCLES, the memory that load–compute–free
 * keeps is looked at as well.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "meniscus.h"

static int failures;

static void check(int holds, const char *what) {
  if (holds)
    return;
  failures++;
  printf("failed: %s (last error: %s)\n", what, meniscus_last_error());
}

/* A call that has to fail with a code and a text, and leave the program alive. */
static void refused(int expected, int found, const char *text, const char *what) {
  check(found == expected && strstr(meniscus_last_error(), text) != NULL, what);
}

static const int types[6] = {0, 1, 1, 0, 1, 1};
static const double positions[18] = {12.83, 2.56, 2.18, 12.09, 2.87, 2.74, 0.25, 3.32, 1.68,
                                     3.36,  3.00, 1.81, 3.51,  2.51, 2.60, 4.27, 3.22, 1.56};
static const double cell[9] = {13, 0, 0, 0, 13, 0, 0, 0, 13};

static char path_buffer[4096];

static const char *path_of(const char *folder, const char *name) {
  snprintf(path_buffer, sizeof path_buffer, "%s/%s", folder, name);
  return path_buffer;
}

static meniscus_atoms water(void) {
  meniscus_atoms atoms;
  memset(&atoms, 0, sizeof atoms);
  atoms.atoms = 6;
  atoms.types = types;
  atoms.positions = positions;
  atoms.cell = cell;
  return atoms;
}

static void results_are_consistent(const char *model_file) {
  meniscus_model *model;
  double energy, forces[18], virial[9], atom_energies[6], atom_virials[54], sum;
  float forces_f[18], positions_f[18], cell_f[9];
  meniscus_results results = {&energy, forces, virial, atom_energies, atom_virials};
  meniscus_atoms atoms = water();
  meniscus_atoms_float atoms_f;
  meniscus_results_float results_f;
  char name[8];
  int i, k;
  check(meniscus_load(model_file, 1, &model) == MENISCUS_OK, "a model loads");
  check(meniscus_cutoff(model) == 6.0 && meniscus_type_count(model) == 2, "cutoff and types");
  check(meniscus_type_name(model, 1, name, sizeof name) == MENISCUS_OK && strcmp(name, "H") == 0, "the name of a type");
  check(meniscus_type_index(model, "O") == 0 && meniscus_type_index(model, "Xx") == -1, "the type of a name");
  check(meniscus_compute(model, &atoms, &results) == MENISCUS_OK, "compute");
  for (sum = -energy, i = 0; i < 6; i++)
    sum += atom_energies[i];
  check(fabs(sum) < 1e-9, "atomic energies add up to the energy");
  for (k = 0; k < 9; k++) {
    for (sum = -virial[k], i = 0; i < 6; i++)
      sum += atom_virials[9 * i + k];
    check(fabs(sum) < 1e-9, "atomic virials add up to the virial");
  }
  for (k = 0; k < 3; k++) {
    for (sum = 0, i = 0; i < 6; i++)
      sum += forces[3 * i + k];
    check(fabs(sum) < 1e-9, "forces add up to nothing");
  }
  for (k = 0; k < 18; k++) {
    double moved[18], up, down;
    meniscus_results only = {&up, NULL, NULL, NULL, NULL};
    memcpy(moved, positions, sizeof moved);
    atoms.positions = moved;
    moved[k] += 1e-4;
    meniscus_compute(model, &atoms, &only);
    only.energy = &down;
    moved[k] -= 2e-4;
    meniscus_compute(model, &atoms, &only);
    check(fabs((down - up) / 2e-4 - forces[k]) < 1e-5, "forces are the slope of the energy");
  }
  for (k = 0; k < 18; k++)
    positions_f[k] = (float)positions[k];
  for (k = 0; k < 9; k++)
    cell_f[k] = (float)cell[k];
  memset(&atoms_f, 0, sizeof atoms_f);
  memset(&results_f, 0, sizeof results_f);
  atoms_f.atoms = 6;
  atoms_f.types = types;
  atoms_f.positions = positions_f;
  atoms_f.cell = cell_f;
  results_f.forces = forces_f;
  check(meniscus_compute_float(model, &atoms_f, &results_f) == MENISCUS_OK, "compute with floats");
  for (k = 0; k < 18; k++)
    check(fabs(forces_f[k] - forces[k]) < 1e-4, "floats give the same forces");
  check(meniscus_free(model) == MENISCUS_OK, "free");
}

/* Tables change what no one can see, whether a model has networks small enough for them or not. */
static void tables_change_nothing(const char *folder) {
  char paths[2][4096];
  const char *models[2] = {paths[0], paths[1]};
  meniscus_model *model;
  meniscus_committee *committee;
  double energy, forces[18], tabulated_energy, tabulated[18], energies[2];
  meniscus_results results = {&energy, forces, NULL, NULL, NULL}, with_tables = {&tabulated_energy, tabulated, NULL, NULL, NULL};
  meniscus_results of_both = {energies, NULL, NULL, NULL, NULL};
  meniscus_atoms atoms = water();
  int k;
  snprintf(paths[0], sizeof paths[0], "%s/tiny.dp", folder);
  snprintf(paths[1], sizeof paths[1], "%s/relu.dp", folder);
  check(meniscus_load(paths[0], 1, &model) == MENISCUS_OK && meniscus_compute(model, &atoms, &results) == MENISCUS_OK, "without tables");
  check(meniscus_tabulate(model) == MENISCUS_OK && meniscus_compute(model, &atoms, &with_tables) == MENISCUS_OK, "with tables");
  check(fabs(energy - tabulated_energy) < 1e-11 * fabs(energy), "the same energy with tables");
  for (k = 0; k < 18; k++)
    check(fabs(forces[k] - tabulated[k]) < 1e-10, "the same forces with tables");
  check(meniscus_tabulate(model) == MENISCUS_OK && meniscus_compute(model, &atoms, &with_tables) == MENISCUS_OK, "tables twice");
  check(meniscus_free(model) == MENISCUS_OK, "free");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_tabulate(model), "freed", "tables for a model that was freed");
  check(meniscus_committee_load(models, 2, 1, &committee) == MENISCUS_OK && meniscus_committee_tabulate(committee) == MENISCUS_OK, "tables for a committee");
  check(meniscus_committee_compute(committee, &atoms, &of_both) == MENISCUS_OK && fabs(energies[0] - energy) < 1e-11 * fabs(energy), "a committee with tables");
  check(meniscus_committee_free(committee) == MENISCUS_OK, "free");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_committee_tabulate(committee), "freed", "tables for a committee that was freed");
}

static void mistakes_are_codes(const char *model_file, const char *scratch) {
  meniscus_model *model, *other;
  double forces[18];
  meniscus_results results = {NULL, forces, NULL, NULL, NULL};
  meniscus_atoms atoms;
  int wrong_types[6] = {0, 1, 1, 0, 1, 2};
  double flat[9] = {13, 0, 0, 0, 13, 0, 13, 13, 0};
  double nan_positions[18], overlapping[18];
  int ilist[1] = {0}, numneigh[6] = {1, 0, 0, 0, 0, 0}, neighbors[1] = {77};
  int *firstneigh[6] = {neighbors, NULL, NULL, NULL, NULL, NULL};
  meniscus_neighbors list = {1, 0, ilist, numneigh, firstneigh};
  FILE *file, *copy;
  int c, count = 0;

  refused(MENISCUS_BAD_INPUT, meniscus_load("/no/such/model.dp", 1, &other), "no such file", "a file that is not there");
  check(other == NULL, "no handle where loading failed");
  refused(MENISCUS_BAD_INPUT, meniscus_load("/no/such/model.doc", 1, &other), "unknown ending", "an unknown ending");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_load(NULL, 1, &other), "path is null", "no path");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_load(model_file, 1, NULL), "null", "nowhere to put the handle");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_load(model_file, -3, &other), "threads", "a negative number of threads");

  file = fopen(model_file, "rb");
  copy = fopen(path_of(scratch, "damaged.dp"), "wb");
  while ((c = fgetc(file)) != EOF && ++count < 5000)
    fputc(count % 97 == 50 ? 255 - c : c, copy);
  fclose(file);
  fclose(copy);
  refused(MENISCUS_BAD_INPUT, meniscus_load(path_of(scratch, "damaged.dp"), 1, &other), "damaged.dp", "a damaged model");
  refused(MENISCUS_BAD_INPUT, meniscus_load_content("x.json", "{ \"model\": ", 11, 1, &other), "x.json", "half a model in memory");

  check(meniscus_load(model_file, 2, &model) == MENISCUS_OK, "load with two threads");
  atoms = water();
  atoms.types = wrong_types;
  refused(MENISCUS_BAD_INPUT, meniscus_compute(model, &atoms, &results), "type of atom 5", "a type that the model does not know");
  atoms = water();
  atoms.cell = flat;
  refused(MENISCUS_BAD_INPUT, meniscus_compute(model, &atoms, &results), "span no volume", "a cell without volume");
  atoms = water();
  atoms.positions = NULL;
  refused(MENISCUS_BAD_ARGUMENT, meniscus_compute(model, &atoms, &results), "positions is null", "no positions");
  atoms = water();
  atoms.types = NULL;
  refused(MENISCUS_BAD_ARGUMENT, meniscus_compute(model, &atoms, &results), "types is null", "no types");
  atoms = water();
  atoms.atoms = -1;
  refused(MENISCUS_BAD_ARGUMENT, meniscus_compute(model, &atoms, &results), "number of atoms", "a negative number of atoms");
  atoms = water();
  atoms.ghosts = 2;
  refused(MENISCUS_BAD_ARGUMENT, meniscus_compute(model, &atoms, &results), "ghost", "ghosts without a list");
  memcpy(nan_positions, positions, sizeof positions);
  nan_positions[4] = NAN;
  atoms = water();
  atoms.positions = nan_positions;
  refused(MENISCUS_BAD_INPUT, meniscus_compute(model, &atoms, &results), "atom 1", "a position that is not a number");
  memcpy(overlapping, positions, sizeof positions);
  memcpy(overlapping + 15, positions, 3 * sizeof(double));
  atoms.positions = overlapping;
  refused(MENISCUS_BAD_INPUT, meniscus_compute(model, &atoms, &results), "overlap", "two atoms in one place");
  atoms = water();
  atoms.neighbors = &list;
  refused(MENISCUS_BAD_INPUT, meniscus_compute(model, &atoms, &results), "has atom 77", "a neighbour that is not there");
  numneigh[0] = -5;
  refused(MENISCUS_BAD_INPUT, meniscus_compute(model, &atoms, &results), "-5 neighbours", "a negative number of neighbours");
  list.ilist = NULL;
  refused(MENISCUS_BAD_ARGUMENT, meniscus_compute(model, &atoms, &results), "ilist", "a list without ilist");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_compute(model, NULL, &results), "atoms is null", "no configuration");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_compute(NULL, &atoms, &results), "model is null", "no model");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_compute((meniscus_model *)&atoms, &atoms, &results), "not a handle", "not a model");

  atoms = water();
  check(meniscus_compute(model, &atoms, &results) == MENISCUS_OK, "after all that it still computes");
  check(meniscus_free(model) == MENISCUS_OK && meniscus_free(NULL) == MENISCUS_OK, "free");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_free(model), "freed", "freeing twice");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_compute(model, &atoms, &results), "freed", "a model that was freed");
}

static void committees_differ(const char *folder) {
  char first[4096], second[4096];
  const char *paths[2];
  meniscus_committee *committee;
  meniscus_deviation deviation;
  double energies[2], forces[36], per_atom[6];
  meniscus_results results = {energies, forces, NULL, NULL, NULL};
  meniscus_atoms atoms = water();
  double largest = 0;
  int i;
  snprintf(first, sizeof first, "%s/tiny.dp", folder);
  snprintf(second, sizeof second, "%s/relu.dp", folder);
  paths[0] = first;
  paths[1] = second;
  check(meniscus_committee_load(paths, 2, 1, &committee) == MENISCUS_OK, "a committee loads");
  check(meniscus_committee_deviation(committee, &atoms, &results, &deviation, per_atom) == MENISCUS_OK, "deviations");
  for (i = 0; i < 6; i++) {
    double square = 0;
    int k;
    for (k = 0; k < 3; k++)
      square += pow((forces[3 * i + k] - forces[18 + 3 * i + k]) / 2, 2);
    check(fabs(sqrt(square) - per_atom[i]) < 1e-10, "the deviation of two models is half their difference");
    largest = fmax(largest, per_atom[i]);
  }
  check(largest > 0 && largest == deviation.max_force, "the largest deviation");
  check(fabs(fabs(energies[0] - energies[1]) / 12 - deviation.energy) < 1e-9, "the deviation of the energy");
  check(meniscus_committee_free(committee) == MENISCUS_OK, "free");
  refused(MENISCUS_BAD_ARGUMENT, meniscus_committee_load(paths, 0, 1, &committee), "0 models", "no models");
}

struct job {
  meniscus_model *model;
  double energy;
  int status;
};

static void *work(void *argument) {
  struct job *job = argument;
  meniscus_results results = {&job->energy, NULL, NULL, NULL, NULL};
  meniscus_atoms atoms = water();
  int i;
  for (i = 0; i < 200; i++)
    job->status |= meniscus_compute(job->model, &atoms, &results);
  atoms.atoms = -1;
  if (meniscus_compute(job->model, &atoms, &results) != MENISCUS_BAD_ARGUMENT || strstr(meniscus_last_error(), "-1") == NULL)
    job->status |= 64;
  return NULL;
}

static void threads_do_not_disturb_each_other(const char *model_file) {
  meniscus_model *models[2];
  struct job jobs[8];
  pthread_t threads[8];
  int i;
  meniscus_load(model_file, 1, &models[0]);
  meniscus_load(model_file, 2, &models[1]);
  for (i = 0; i < 8; i++) {
    jobs[i].model = models[i % 2];
    jobs[i].status = 0;
    pthread_create(&threads[i], NULL, work, &jobs[i]);
  }
  for (i = 0; i < 8; i++)
    pthread_join(threads[i], NULL);
  for (i = 0; i < 8; i++)
    check(jobs[i].status == 0 && jobs[i].energy == jobs[0].energy, "threads get the same energy");
  meniscus_free(models[0]);
  meniscus_free(models[1]);
}

/* Resident memory, KiB. */
static long resident(void) {
  long total = 0, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld %ld", &total, &pages) != 2)
    pages = 0;
  if (file != NULL)
    fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void cycles_keep_nothing(const char *model_file, int cycles) {
  long before = 0, after;
  int i;
  for (i = 0; i < cycles; i++) {
    meniscus_model *model;
    double forces[18];
    meniscus_results results = {NULL, forces, NULL, NULL, NULL};
    meniscus_atoms atoms = water();
    if (meniscus_load(model_file, 1, &model) || meniscus_compute(model, &atoms, &results) || meniscus_free(model)) {
      check(0, "a cycle of load, compute and free");
      return;
    }
    if (i == cycles / 10)
      before = resident();
  }
  after = resident();
  printf("resident after %d cycles %ld KiB, after %d cycles %ld KiB\n", cycles / 10, before, cycles, after);
  check(after - before < 16 * 1024, "ten times as many cycles take no more memory");
}

int main(int argc, char **argv) {
  char model_file[4096];
  if (argc < 3) {
    fprintf(stderr, "interface_test MODEL_FOLDER SCRATCH_FOLDER [CYCLES]\n");
    return 2;
  }
  snprintf(model_file, sizeof model_file, "%s/tiny.dp", argv[1]);
  results_are_consistent(model_file);
  tables_change_nothing(argv[1]);
  mistakes_are_codes(model_file, argv[2]);
  committees_differ(argv[1]);
  threads_do_not_disturb_each_other(model_file);
  if (argc > 3)
    cycles_keep_nothing(model_file, atoi(argv[3]));
  printf("%d failed\n", failures);
  return failures > 0;
}
