namespace Meniscus.IO;

/// <summary>Formats that labelled frames are read from or written to.</summary>
public enum DataFormat
{
    /// <summary>A DeePMD system, or a folder or HDF5 file with systems; written as .npy sets.</summary>
    Deepmd,

    /// <summary>DeePMD, one system per number of atoms with the types of every frame (mixed types).</summary>
    DeepmdMixed,

    /// <summary>DeePMD as text, one line per frame.</summary>
    DeepmdRaw,

    /// <summary>DeePMD systems as groups of an HDF5 file.</summary>
    DeepmdHdf5,

    /// <summary>Extended XYZ.</summary>
    ExtendedXyz,

    /// <summary>LAMMPS dump.</summary>
    LammpsDump,

    /// <summary>LAMMPS data, one frame.</summary>
    LammpsData,

    /// <summary>VASP's POSCAR, one frame.</summary>
    Poscar,

    /// <summary>VASP's OUTCAR.</summary>
    Outcar,

    /// <summary>VASP's vasprun.xml.</summary>
    Vasprun,

    /// <summary>The output of CP2K, with the positions and forces beside it.</summary>
    Cp2kOutput,

    /// <summary>The text that pw.x prints.</summary>
    PwOutput,

    /// <summary>data-file-schema.xml of pw.x.</summary>
    PwXml,

    /// <summary>The input of pw.x, a structure.</summary>
    PwInput,

    /// <summary>A trajectory of cp.x, with its input, forces and energies beside it.</summary>
    CpTrajectory,

    /// <summary>n2p2's input.data.</summary>
    N2p2,

    /// <summary>Protein Data Bank, written only.</summary>
    Pdb,
}

/// <summary>Names of the formats on the command line, dpdata's among them.</summary>
public static class DataFormats
{
    private static readonly (string Name, DataFormat Format)[] Names =
    [
        ("deepmd/npy", DataFormat.Deepmd), ("deepmd", DataFormat.Deepmd), ("deepmd/hdf5", DataFormat.DeepmdHdf5),
        ("deepmd/npy/mixed", DataFormat.DeepmdMixed), ("deepmd/mixed", DataFormat.DeepmdMixed), ("deepmd/raw", DataFormat.DeepmdRaw),
        ("extxyz", DataFormat.ExtendedXyz), ("xyz", DataFormat.ExtendedXyz), ("mace/xyz", DataFormat.ExtendedXyz), ("gpumd/xyz", DataFormat.ExtendedXyz),
        ("lammps/dump", DataFormat.LammpsDump), ("lammps/data", DataFormat.LammpsData), ("lammps/lmp", DataFormat.LammpsData),
        ("vasp/poscar", DataFormat.Poscar), ("vasp/outcar", DataFormat.Outcar), ("vasp/xml", DataFormat.Vasprun), ("cp2k/output", DataFormat.Cp2kOutput),
        ("qe/pw", DataFormat.PwOutput), ("qe/pw/scf", DataFormat.PwOutput), ("qe/pw/xml", DataFormat.PwXml), ("qe/pw/in", DataFormat.PwInput),
        ("qe/cp/traj", DataFormat.CpTrajectory), ("n2p2", DataFormat.N2p2), ("pdb", DataFormat.Pdb),
    ];

    /// <summary>The first name of a format.</summary>
    public static string NameOf(DataFormat format) => Array.Find(Names, entry => entry.Format == format).Name;

    /// <summary>Whether it is one of DeePMD's, which have places for parameters and weights of atoms.</summary>
    public static bool IsDeepmd(DataFormat format) => format is DataFormat.Deepmd or DataFormat.DeepmdMixed or DataFormat.DeepmdRaw or DataFormat.DeepmdHdf5;

    /// <summary>The format of a name.</summary>
    /// <param name="name">A name such as <c>vasp/outcar</c>.</param>
    /// <param name="option">The option it was given to, for the message.</param>
    /// <exception cref="InputException">There is no such format.</exception>
    public static DataFormat Named(string name, string option)
    {
        foreach (var (known, format) in Names)
        {
            if (string.Equals(known, name, StringComparison.OrdinalIgnoreCase))
                return format;
        }

        throw new InputException($"{option} {name}: no such format; known are {string.Join(", ", Names.Select(n => n.Name))}");
    }
}
