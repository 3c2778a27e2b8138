/*
 * libmeniscus: Deep Potential models behind a C interface.
 *
 * Units are Å, eV, eV/Å throughout; virials are −∂E/∂ε in eV, row-major 3 × 3, positive when compressed. Positions and
 * forces are x y z per atom; a cell is nine numbers, row-major, its rows the lattice vectors.
 *
 * Functions that return int return a code of enum meniscus_status, 0 where all went well; meniscus_last_error() tells the
 * calling thread what went wrong, in one line. Nothing is thrown, printed or ended. Functions may be called from any thread;
 * calls for the same model wait for each other, models are independent of each other.
 *
 * A handle is not an address: one that was freed, or is not one, gives MENISCUS_BAD_ARGUMENT.
 */
#ifndef MENISCUS_H
#define MENISCUS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum meniscus_status {
  MENISCUS_OK = 0,
  MENISCUS_BAD_INPUT = 1,    /* a file, an atom's type, a cell, a number: what the user gave */
  MENISCUS_BAD_ARGUMENT = 2, /* a null pointer, a handle that is none, a count out of range: what the program gave */
  MENISCUS_NO_MEMORY = 3,
  MENISCUS_FAILED = 4        /* anything else */
};

typedef struct meniscus_model meniscus_model;
typedef struct meniscus_committee meniscus_committee;

/* Version of the library, "0.1.0". */
const char *meniscus_version(void);

/* What went wrong last in this thread; "" where nothing did. Valid until the thread's next failure. */
const char *meniscus_last_error(void);

/*
 * Loads a model: .dp, .yaml, .yml, .json, .pb, .pbtxt, .pth, .pt. threads: of this model's own; 0 for one per processor. The results do
 * not depend on it. *model is NULL where it fails.
 */
int meniscus_load(const char *path, int threads, meniscus_model **model);

/* The same from memory; the ending of name tells the format. The content is not looked at afterwards. */
int meniscus_load_content(const char *name, const void *content, size_t length, int threads, meniscus_model **model);

/*
 * Has the embedding networks tabulated to rounding: numbers stay the same but for that, and a model that is not compressed
 * becomes several times faster. One that is compressed stays as it is. Takes some 10 ms, or 0.1 s where the networks are large.
 */
int meniscus_tabulate(meniscus_model *model);

/* NULL is fine. */
int meniscus_free(meniscus_model *model);

/* Å; how many types; how many frame and atomic parameters (fparam, aparam). Negative where model is no model. */
double meniscus_cutoff(meniscus_model *model);
int meniscus_type_count(meniscus_model *model);
int meniscus_fparam_count(meniscus_model *model);
int meniscus_aparam_count(meniscus_model *model);

/* Name of a type, with a closing zero; size: room at name. And the type of a name, −1 where the model has none. */
int meniscus_type_name(meniscus_model *model, int type, char *name, int size);
int meniscus_type_index(meniscus_model *model, const char *name);

/*
 * A neighbour list of the caller, as LAMMPS has it: ilist[0 … count) are the atoms whose energies are wanted, and numneigh[i]
 * and firstneigh[i] belong to atom i. It is a full list (each pair from both ends) of everything within the cutoff or more;
 * periodic images are atoms of their own. Only the bits of a neighbour's number that mask has count; 0 means all of them
 * (LAMMPS: NEIGHMASK).
 */
typedef struct {
  int count;
  int mask;
  const int *ilist;
  const int *numneigh;
  int *const *firstneigh;
} meniscus_neighbors;

/*
 * A configuration. With neighbors, the last ghosts of the atoms are images, and the cell is not looked at; without, ghosts
 * is 0 and the library finds the neighbours, through as many images as the cutoff takes. Types that are negative stand for no
 * atom at all.
 */
typedef struct {
  int atoms;                           /* ghosts included */
  int ghosts;
  const int *types;                    /* atoms */
  const double *positions;             /* atoms × 3 */
  const double *cell;                  /* 9, or NULL: not periodic */
  const double *fparam;                /* meniscus_fparam_count(), or NULL: none, or the model's default */
  const double *aparam;                /* (atoms − ghosts) × meniscus_aparam_count(), or NULL */
  const meniscus_neighbors *neighbors; /* or NULL */
} meniscus_atoms;

typedef struct {
  int atoms;
  int ghosts;
  const int *types;
  const float *positions;
  const float *cell;
  const float *fparam;
  const float *aparam;
  const meniscus_neighbors *neighbors;
} meniscus_atoms_float;

/*
 * Where results go; NULL for those not wanted. Energy is that of the atoms in ilist. Forces and atomic virials on a ghost
 * belong to the atom that it is an image of: the caller adds them there. The atomic virials add up to the virial; that of
 * atom i is the sum over centres k of −(∂e_k/∂r_i) ⊗ (r_i − r_k).
 */
typedef struct {
  double *energy;       /* 1 */
  double *forces;       /* atoms × 3 */
  double *virial;       /* 9 */
  double *atom_energies; /* atoms; 0 for ghosts */
  double *atom_virials; /* atoms × 9 */
} meniscus_results;

typedef struct {
  double *energy; /* an energy has more digits than a float */
  float *forces;
  float *virial;
  float *atom_energies;
  float *atom_virials;
} meniscus_results_float;

int meniscus_compute(meniscus_model *model, const meniscus_atoms *atoms, const meniscus_results *results);
int meniscus_compute_float(meniscus_model *model, const meniscus_atoms_float *atoms, const meniscus_results_float *results);

/* Several models that know the same types, in any order; types are numbered as in the first. */
int meniscus_committee_load(const char *const *paths, int count, int threads, meniscus_committee **committee);
int meniscus_committee_tabulate(meniscus_committee *committee);
int meniscus_committee_free(meniscus_committee *committee);

/* Results of all models: every array is that of the first model, followed by that of the second, and so on. */
int meniscus_committee_compute(meniscus_committee *committee, const meniscus_atoms *atoms, const meniscus_results *results);
int meniscus_committee_compute_float(meniscus_committee *committee, const meniscus_atoms_float *atoms, const meniscus_results_float *results);

/* How far the models differ, as dp model-devi defines it: virials in eV per atom, forces in eV/Å, energy in eV per atom. */
typedef struct {
  double max_virial, min_virial, average_virial;
  double max_force, min_force, average_force;
  double energy;
} meniscus_deviation;

/*
 * The same, and the deviations; results may be NULL, and per_atom (eV/Å, atoms) too. Not with ghosts: their forces would have
 * to be added to their atoms first.
 */
int meniscus_committee_deviation(meniscus_committee *committee, const meniscus_atoms *atoms, const meniscus_results *results,
                                 meniscus_deviation *deviation, double *per_atom);
int meniscus_committee_deviation_float(meniscus_committee *committee, const meniscus_atoms_float *atoms,
                                       const meniscus_results_float *results, meniscus_deviation *deviation, double *per_atom);

#ifdef __cplusplus
}
#endif

#endif
