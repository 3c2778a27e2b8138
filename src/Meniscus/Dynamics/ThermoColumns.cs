using Meniscus.Atoms;

namespace Meniscus.Dynamics;

/// <summary>
/// The quantities of a thermo table, by the names LAMMPS prints (<c>thermo_style custom</c>), in its metal units: ps, K, eV,
/// bar, Å, Å³, g/cm³.
/// </summary>
public static class ThermoColumns
{
    private static readonly (string Name, Func<ThermoSample, double> Value)[] Table =
    [
        ("Step", s => s.State.Step),
        ("Time", s => s.State.Time),
        ("Temp", s => s.State.Temperature(s.KineticEnergy)),
        ("PotEng", s => s.State.Evaluation.Energy),
        ("KinEng", s => s.KineticEnergy),
        ("TotEng", s => s.State.Evaluation.Energy + s.KineticEnergy),
        ("Econserve", s => s.ConservedQuantity),
        ("Enthalpy", s => s.State.Evaluation.Energy + s.KineticEnergy + (s.MeanPressure * s.Volume / Units.EvPerCubicAngstrom)),
        ("Press", s => s.MeanPressure),
        ("Volume", s => s.Volume),
        ("Density", s => s.Volume > 0 ? s.State.TotalMass * Units.AmuPerCubicAngstrom / s.Volume : 0),
        ("Lx", s => s.Edge(0)),
        ("Ly", s => s.Edge(1)),
        ("Lz", s => s.Edge(2)),
        ("Pxx", s => s.Pressure(0)),
        ("Pyy", s => s.Pressure(1)),
        ("Pzz", s => s.Pressure(2)),
        ("Pxy", s => s.Pressure(3)),
        ("Pxz", s => s.Pressure(4)),
        ("Pyz", s => s.Pressure(5)),
        ("Fmax", s => s.LargestForce()),
        ("Atoms", s => s.State.AtomCount),
        ("Stage", s => s.Stage),
        ("TempTarget", s => s.TargetTemperature),
        ("PressTarget", s => s.TargetPressure),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(c => c.Name)];

    /// <summary>The columns of a table where none are named.</summary>
    public static IReadOnlyList<string> Default { get; } =
        ["Step", "Time", "Temp", "PotEng", "KinEng", "TotEng", "Econserve", "Press", "Volume", "Density", "Lx", "Ly", "Lz", "Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz"];

    /// <summary>Whether there is a column of this name.</summary>
    public static bool IsKnown(string name) => Names.Contains(name);

    /// <summary>The quantity of a name.</summary>
    internal static Func<ThermoSample, double> Get(string name) => Table.First(c => c.Name == name).Value;
}

/// <summary>What a row of the thermo table is made of; sums over atoms are formed once.</summary>
internal sealed class ThermoSample
{
    private readonly double[] _pressure = new double[6];

    /// <summary>Prepares samples of a state.</summary>
    public ThermoSample(MolecularState state)
    {
        State = state;
    }

    /// <summary>The atoms.</summary>
    public MolecularState State { get; }

    /// <summary>K, eV.</summary>
    public double KineticEnergy { get; private set; }

    /// <summary>Conserved quantity of the ensemble, eV.</summary>
    public double ConservedQuantity { get; private set; }

    /// <summary>Number of the stage, from 1.</summary>
    public int Stage { get; private set; }

    /// <summary>Target, K; 0 without a thermostat.</summary>
    public double TargetTemperature { get; private set; }

    /// <summary>Target, bar; 0 without a barostat.</summary>
    public double TargetPressure { get; private set; }

    /// <summary>Volume, Å³; 0 without a cell.</summary>
    public double Volume => State.Cell.Volume;

    /// <summary>A third of the trace of the pressure tensor, bar.</summary>
    public double MeanPressure => (_pressure[0] + _pressure[1] + _pressure[2]) / 3;

    /// <summary>Pressure tensor, bar: xx yy zz xy xz yz.</summary>
    public double Pressure(int component) => _pressure[component];

    /// <summary>Takes a sample.</summary>
    public void Take(Ensemble ensemble, int stage, double targetTemperature, double targetPressure)
    {
        KineticEnergy = State.KineticEnergy();
        ConservedQuantity = ensemble.ConservedQuantity;
        State.PressureTensor(_pressure);
        (Stage, TargetTemperature, TargetPressure) = (stage, targetTemperature, targetPressure);
    }

    /// <summary>Edges as LAMMPS names them: |a|, the height of b over a, the height of c over both; 0 without a cell.</summary>
    public double Edge(int axis)
    {
        if (!State.Cell.IsPeriodic)
            return 0;
        var a = Length(0);
        var c = State.Cell.Height(2);
        return axis switch
        {
            0 => a,
            1 => Volume / (a * c),
            _ => c,
        };
    }

    /// <summary>Largest force on an atom, eV/Å.</summary>
    public double LargestForce() => FireMinimizer.LargestForce(State.Forces);

    private double Length(int vector)
    {
        var cell = State.Cell;
        return Math.Sqrt((cell[vector, 0] * cell[vector, 0]) + (cell[vector, 1] * cell[vector, 1]) + (cell[vector, 2] * cell[vector, 2]));
    }
}
