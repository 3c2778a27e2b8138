/*
 * A LAMMPS with DeePMD-kit's pair_style deepmd, compiled as it is and linked with libmeniscus in the place of libdeepmd_c:
 * docs/native.md says how. A LAMMPS with the package PLUGIN needs no program of its own for this.
 */
#include <mpi.h>

#include "force.h"
#include "input.h"
#include "lammps.h"
#include "pair_deepmd.h"

static LAMMPS_NS::Pair *create(LAMMPS_NS::LAMMPS *lammps) { return new LAMMPS_NS::PairDeepMD(lammps); }

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  LAMMPS_NS::LAMMPS *lammps = new LAMMPS_NS::LAMMPS(argc, argv, MPI_COMM_WORLD);
  (*lammps->force->pair_map)["deepmd"] = &create;
  lammps->input->file();
  delete lammps;
  MPI_Finalize();
  return 0;
}
