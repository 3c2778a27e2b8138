/*
 * A KIM model driver on libmeniscus, so that simulators which know KIM (LAMMPS with its KIM package, ASE, GULP, …) run Deep
 * Potentials as they are. The one parameter file is the model. KIM API 2.2 or later, https://openkim.org/kim-api.
 *
 * KIM's virial is Σ r ⊗ ∂E/∂r, xx yy zz yz xz xy: the negative of ours.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "KIM_ModelDriverHeaders.h"
#include "meniscus.h"

/* What a model keeps; the arrays grow with the configuration. */
struct driver {
  meniscus_model *model;
  double cutoff;
  int hint; /* neighbours of padding atoms are not asked for */
  int room, pair_room;
  int *centres, *counts, *neighbors;
  int **first;
  double *energies, *virials;
};

static void log_error(KIM_ModelCompute const *compute, const char *text) {
  KIM_ModelCompute_LogEntry(compute, KIM_LOG_VERBOSITY_error, text, __LINE__, __FILE__);
}

static void release(struct driver *driver) {
  meniscus_free(driver->model);
  free(driver->centres);
  free(driver->counts);
  free(driver->neighbors);
  free(driver->first);
  free(driver->energies);
  free(driver->virials);
  free(driver);
}

static int make_room(struct driver *driver, int atoms) {
  if (atoms <= driver->room)
    return 0;
  free(driver->centres);
  free(driver->counts);
  free(driver->first);
  free(driver->energies);
  free(driver->virials);
  driver->room = atoms + atoms / 4;
  driver->centres = malloc(sizeof(int) * driver->room);
  driver->counts = malloc(sizeof(int) * driver->room);
  driver->first = malloc(sizeof(int *) * driver->room);
  driver->energies = malloc(sizeof(double) * driver->room);
  driver->virials = malloc(sizeof(double) * 9 * driver->room);
  if (driver->centres && driver->counts && driver->first && driver->energies && driver->virials)
    return 0;
  driver->room = 0;
  return 1;
}

/* Copies the lists: KIM's pointers hold until the next one is asked for. */
static int copy_neighbors(struct driver *driver, KIM_ModelComputeArguments const *arguments, int atoms, int const *contributing,
                          meniscus_neighbors *list) {
  int i, used = 0;
  list->count = 0;
  for (i = 0; i < atoms; i++) {
    int count;
    int const *from;
    driver->counts[i] = 0;
    if (!contributing[i])
      continue;
    if (KIM_ModelComputeArguments_GetNeighborList(arguments, 0, i, &count, &from))
      return 1;
    if (used + count > driver->pair_room) {
      int room = 2 * (used + count);
      int *larger = realloc(driver->neighbors, sizeof(int) * room);
      if (!larger)
        return 1;
      driver->neighbors = larger;
      driver->pair_room = room;
    }
    if (count > 0)
      memcpy(driver->neighbors + used, from, sizeof(int) * count);
    used += count;
    driver->counts[i] = count;
    driver->centres[list->count++] = i;
  }
  /* Only now, because the array may have moved. */
  for (used = 0, i = 0; i < atoms; used += driver->counts[i++])
    driver->first[i] = driver->neighbors + used;
  list->mask = 0;
  list->ilist = driver->centres;
  list->numneigh = driver->counts;
  list->firstneigh = driver->first;
  return 0;
}

/* Six components of a symmetric virial in KIM's sign and order. */
static void to_kim(const double *virial, double *kim) {
  kim[0] = -virial[0];
  kim[1] = -virial[4];
  kim[2] = -virial[8];
  kim[3] = -(virial[5] + virial[7]) / 2;
  kim[4] = -(virial[2] + virial[6]) / 2;
  kim[5] = -(virial[1] + virial[3]) / 2;
}

static int compute(KIM_ModelCompute const *const model_compute, KIM_ModelComputeArguments const *const arguments) {
  struct driver *driver;
  int const *atoms, *types, *contributing;
  double const *positions;
  double *energy, *forces, *particle_energy, *virial, *particle_virial, own_virial[9];
  meniscus_neighbors list;
  meniscus_atoms input;
  meniscus_results results;
  int i;
  KIM_ModelCompute_GetModelBufferPointer(model_compute, (void **)&driver);
  if (KIM_ModelComputeArguments_GetArgumentPointerInteger(arguments, KIM_COMPUTE_ARGUMENT_NAME_numberOfParticles, (int **)&atoms) ||
      KIM_ModelComputeArguments_GetArgumentPointerInteger(arguments, KIM_COMPUTE_ARGUMENT_NAME_particleSpeciesCodes, (int **)&types) ||
      KIM_ModelComputeArguments_GetArgumentPointerInteger(arguments, KIM_COMPUTE_ARGUMENT_NAME_particleContributing, (int **)&contributing) ||
      KIM_ModelComputeArguments_GetArgumentPointerDouble(arguments, KIM_COMPUTE_ARGUMENT_NAME_coordinates, (double **)&positions) ||
      KIM_ModelComputeArguments_GetArgumentPointerDouble(arguments, KIM_COMPUTE_ARGUMENT_NAME_partialEnergy, &energy) ||
      KIM_ModelComputeArguments_GetArgumentPointerDouble(arguments, KIM_COMPUTE_ARGUMENT_NAME_partialForces, &forces) ||
      KIM_ModelComputeArguments_GetArgumentPointerDouble(arguments, KIM_COMPUTE_ARGUMENT_NAME_partialParticleEnergy, &particle_energy) ||
      KIM_ModelComputeArguments_GetArgumentPointerDouble(arguments, KIM_COMPUTE_ARGUMENT_NAME_partialVirial, &virial) ||
      KIM_ModelComputeArguments_GetArgumentPointerDouble(arguments, KIM_COMPUTE_ARGUMENT_NAME_partialParticleVirial, &particle_virial)) {
    log_error(model_compute, "the arguments of a computation are not to be had");
    return 1;
  }
  if (make_room(driver, *atoms) || copy_neighbors(driver, arguments, *atoms, contributing, &list)) {
    log_error(model_compute, "the neighbours of an atom are not to be had, or there is no memory for them");
    return 1;
  }
  memset(&input, 0, sizeof input);
  input.atoms = *atoms;
  input.types = types;
  input.positions = positions;
  input.neighbors = &list;
  results.energy = energy;
  results.forces = forces;
  results.virial = virial ? own_virial : NULL;
  results.atom_energies = particle_energy;
  results.atom_virials = particle_virial ? driver->virials : NULL;
  if (meniscus_compute(driver->model, &input, &results)) {
    log_error(model_compute, meniscus_last_error());
    return 1;
  }
  if (virial)
    to_kim(own_virial, virial);
  for (i = 0; particle_virial && i < *atoms; i++)
    to_kim(driver->virials + 9 * i, particle_virial + 6 * i);
  return 0;
}

static int compute_arguments_create(KIM_ModelCompute const *const model_compute, KIM_ModelComputeArgumentsCreate *const create) {
  (void)model_compute;
  return KIM_ModelComputeArgumentsCreate_SetArgumentSupportStatus(create, KIM_COMPUTE_ARGUMENT_NAME_partialEnergy, KIM_SUPPORT_STATUS_optional) ||
         KIM_ModelComputeArgumentsCreate_SetArgumentSupportStatus(create, KIM_COMPUTE_ARGUMENT_NAME_partialForces, KIM_SUPPORT_STATUS_optional) ||
         KIM_ModelComputeArgumentsCreate_SetArgumentSupportStatus(create, KIM_COMPUTE_ARGUMENT_NAME_partialParticleEnergy, KIM_SUPPORT_STATUS_optional) ||
         KIM_ModelComputeArgumentsCreate_SetArgumentSupportStatus(create, KIM_COMPUTE_ARGUMENT_NAME_partialVirial, KIM_SUPPORT_STATUS_optional) ||
         KIM_ModelComputeArgumentsCreate_SetArgumentSupportStatus(create, KIM_COMPUTE_ARGUMENT_NAME_partialParticleVirial, KIM_SUPPORT_STATUS_optional);
}

static int compute_arguments_destroy(KIM_ModelCompute const *const model_compute, KIM_ModelComputeArgumentsDestroy *const destroy) {
  (void)model_compute;
  (void)destroy;
  return 0;
}

static int destroy(KIM_ModelDestroy *const model_destroy) {
  struct driver *driver;
  KIM_ModelDestroy_GetModelBufferPointer(model_destroy, (void **)&driver);
  release(driver);
  return 0;
}

static int refuse(KIM_ModelDriverCreate const *create, struct driver *driver, const char *text) {
  KIM_ModelDriverCreate_LogEntry(create, KIM_LOG_VERBOSITY_error, text, __LINE__, __FILE__);
  if (driver)
    release(driver);
  return 1;
}

static int set_species(KIM_ModelDriverCreate *const create, meniscus_model *model) {
  int type, count = meniscus_type_count(model);
  for (type = 0; type < count; type++) {
    char name[16];
    if (meniscus_type_name(model, type, name, sizeof name))
      return 1;
    if (KIM_ModelDriverCreate_SetSpeciesCode(create, KIM_SpeciesName_FromString(name), type))
      return 1;
  }
  return 0;
}

int meniscus_kim_driver_create(KIM_ModelDriverCreate *const create, KIM_LengthUnit const length, KIM_EnergyUnit const energy,
                               KIM_ChargeUnit const charge, KIM_TemperatureUnit const temperature, KIM_TimeUnit const time) {
  const char *threads = getenv("OMP_NUM_THREADS");
  const char *folder, *name;
  char path[4096];
  int files;
  struct driver *driver;
  (void)length, (void)energy, (void)charge, (void)temperature, (void)time;
  if (KIM_ModelDriverCreate_SetUnits(create, KIM_LENGTH_UNIT_A, KIM_ENERGY_UNIT_eV, KIM_CHARGE_UNIT_unused, KIM_TEMPERATURE_UNIT_unused, KIM_TIME_UNIT_unused) ||
      KIM_ModelDriverCreate_SetModelNumbering(create, KIM_NUMBERING_zeroBased) ||
      KIM_ModelDriverCreate_SetRoutinePointer(create, KIM_MODEL_ROUTINE_NAME_ComputeArgumentsCreate, KIM_LANGUAGE_NAME_c, 1, (KIM_Function *)&compute_arguments_create) ||
      KIM_ModelDriverCreate_SetRoutinePointer(create, KIM_MODEL_ROUTINE_NAME_Compute, KIM_LANGUAGE_NAME_c, 1, (KIM_Function *)&compute) ||
      KIM_ModelDriverCreate_SetRoutinePointer(create, KIM_MODEL_ROUTINE_NAME_ComputeArgumentsDestroy, KIM_LANGUAGE_NAME_c, 1, (KIM_Function *)&compute_arguments_destroy) ||
      KIM_ModelDriverCreate_SetRoutinePointer(create, KIM_MODEL_ROUTINE_NAME_Destroy, KIM_LANGUAGE_NAME_c, 1, (KIM_Function *)&destroy))
    return refuse(create, NULL, "units, numbering or routines were not accepted");
  KIM_ModelDriverCreate_GetNumberOfParameterFiles(create, &files);
  if (files != 1 || KIM_ModelDriverCreate_GetParameterFileBasename(create, 0, &name))
    return refuse(create, NULL, "expected one parameter file, the model");
  KIM_ModelDriverCreate_GetParameterFileDirectoryName(create, &folder);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  driver = calloc(1, sizeof *driver);
  if (!driver)
    return refuse(create, NULL, "out of memory");
  driver->hint = 1;
  if (meniscus_load(path, threads && atoi(threads) > 0 ? atoi(threads) : 1, &driver->model) || meniscus_tabulate(driver->model))
    return refuse(create, driver, meniscus_last_error());
  if (meniscus_fparam_count(driver->model) || meniscus_aparam_count(driver->model))
    return refuse(create, driver, "the model takes frame or atomic parameters, and KIM has none");
  if (set_species(create, driver->model))
    return refuse(create, driver, "the model has a type that is no chemical element");
  driver->cutoff = meniscus_cutoff(driver->model);
  KIM_ModelDriverCreate_SetModelBufferPointer(create, driver);
  KIM_ModelDriverCreate_SetInfluenceDistancePointer(create, &driver->cutoff);
  KIM_ModelDriverCreate_SetNeighborListPointers(create, 1, &driver->cutoff, &driver->hint);
  return 0;
}
