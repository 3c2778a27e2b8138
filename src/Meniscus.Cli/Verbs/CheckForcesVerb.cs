using System.CommandLine;
using System.Globalization;
using Meniscus.Dynamics;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus check forces</c>: forces and virial of a model against differences of its energy.</summary>
internal sealed class CheckForcesVerb : Verb
{
    private readonly Argument<string> _model = new("MODEL") { Description = "Model file, checkpoint, run, or spcfw." };

    private readonly Argument<string> _structure = new("STRUCTURE")
    {
        Description = "Extended XYZ, LAMMPS data or dump, POSCAR, or a DeePMD system.",
    };

    private readonly Option<int> _frame = new("--frame")
    {
        Description = "Which frame of the structure, from 0; below 0 from the end.",
        HelpName = "K",
        DefaultValueFactory = _ => -1,
    };

    private readonly Option<int> _atoms = new("--atoms", "-n")
    {
        Description = "Number of atoms to move, chosen at random; 0 for all.",
        HelpName = "N",
        DefaultValueFactory = _ => 20,
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<double?> _displacement = new("--displacement")
    {
        Description = "How far atoms are moved, Å; default 2e-4, or 0.02 where the model computes in float32.",
        HelpName = "H",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<double?> _strain = new("--strain")
    {
        Description = "How far the cell is strained; default 4e-6, or 0.002 where the model computes in float32.",
        HelpName = "H",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<double?> _tolerance = new("--tolerance")
    {
        Description = "Error of a force that passes, eV/Å; default 1e-5, or 0.002 where the model computes in float32.",
        HelpName = "EV_PER_A",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<long> _seed = new("--seed")
    {
        Description = "Seed of the choice of atoms.",
        HelpName = "SEED",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<bool> _direct = new("--direct")
    {
        Description = "Evaluate embedding networks for every neighbour instead of tabulating them to rounding, as 'tables: false' of md.",
    };

    private readonly TrajectoryOptionSet _trajectory;

    /// <summary>Declares the verb.</summary>
    public CheckForcesVerb()
        : base(
            "forces",
            "Compare a model's forces and virial with differences of its energy.",
            "meniscus check forces water.dp water.xyz",
            "meniscus check forces spcfw water.data --atoms 0 --json")
    {
        Add(_model);
        Add(_structure);
        Add(_frame);
        Add(_atoms);
        Add(_displacement);
        Add(_strain);
        Add(_tolerance);
        Add(_seed);
        Add(_direct);
        _trajectory = new TrajectoryOptionSet(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var structure = arguments.GetRequiredValue(_structure);
        var frame = Trajectory.ReadFrame(structure, arguments.GetValue(_frame), _trajectory.Read(arguments));
        using var team = new WorkerTeam(context.Threads);
        using var model = MdModel.Open(new MdInput { Models = [arguments.GetRequiredValue(_model)], Tables = !arguments.GetValue(_direct) }, team);
        var options = new ForceCheckOptions
        {
            Atoms = arguments.GetValue(_atoms),
            Displacement = arguments.GetValue(_displacement),
            Strain = arguments.GetValue(_strain),
            Tolerance = arguments.GetValue(_tolerance),
            Seed = arguments.GetValue(_seed),
        };
        var check = Compare(model.Potential, structure, frame, options, context);
        Report(check, context);
        return check.Failures.Count == 0 ? ExitCode.Done : throw new JobFailedException($"{structure}: {check.Failures[0]}");
    }

    private static ForceCheck Compare(IPotential potential, string structure, Atoms.Frame frame, ForceCheckOptions options, VerbContext context)
    {
        var moved = options.Atoms == 0 ? frame.AtomCount : Math.Min(options.Atoms, frame.AtomCount);
        using var progress = context.StartProgress("check forces", (3 * moved) + 6, "derivatives");
        try
        {
            return ForceCheck.Run(potential, frame, options, progress, context.Cancellation);
        }
        catch (InputException e)
        {
            throw new InputException($"{structure}: {e.Message}", e);
        }
    }

    private static void Report(ForceCheck check, VerbContext context)
    {
        var culture = CultureInfo.InvariantCulture;
        var table = new ResultTable("derivative", "number", "max error", "rms error", "worst", "found", "expected", "error of expected");
        AddRow("force (eV/Å)", check.Forces, check.WorstForce, check.ForceRms, $"atom {check.WorstForce.Atom} {check.WorstForce.Element} {check.WorstForce.Component}");
        AddRow("virial (eV)", check.Virial, check.WorstVirial, check.VirialRms, check.WorstVirial.Component);
        context.Print(table);
        context.Print(string.Create(culture, $"displacement {check.Displacement:g3} Å, strain {check.Strain:g3}; tolerance {check.Tolerance:g3} eV/Å, virial {check.VirialTolerance:g3} eV"));
        context.Print(string.Create(culture, $"sum of forces ({check.NetForce[0]:g3}, {check.NetForce[1]:g3}, {check.NetForce[2]:g3}) eV/Å; virial asymmetry {check.Asymmetry:g3} eV"));
        if (check.UncertainForces + check.UncertainVirials > 0)
            context.Print($"{check.UncertainForces} forces and {check.UncertainVirials} virials have differences too uncertain to judge to the tolerance");
        context.Print(check.Failures.Count == 0 ? "passed: forces and virial are the derivatives of the energy" : "FAILED");
        foreach (var failure in check.Failures)
            context.Print($"  {failure}");
        context.PrintJson(Json(check));

        void AddRow(string name, IReadOnlyList<DerivativeComparison> all, DerivativeComparison worst, double rms, string place) => table.AddRow(
            name, all.Count.ToString(culture), worst.Error.ToString("g3", culture), rms.ToString("g3", culture), place,
            worst.Found.ToString("g9", culture), worst.Expected.ToString("g9", culture), worst.ExpectedError.ToString("g2", culture));
    }

    private static JsonResult Json(ForceCheck check)
    {
        var (force, virial) = (check.WorstForce, check.WorstVirial);
        return new JsonResult()
            .Add("passed", check.Failures.Count == 0)
            .Add("atoms", check.AtomCount)
            .Add("float32", check.IsSinglePrecision)
            .Add("energy_eV", check.Energy)
            .Add("displacement_A", check.Displacement)
            .Add("strain", check.Strain)
            .Add("force_tolerance_eV_per_A", check.Tolerance)
            .Add("virial_tolerance_eV", check.VirialTolerance)
            .Add("forces", check.Forces.Count)
            .Add("force_max_error_eV_per_A", force.Error)
            .Add("force_rms_error_eV_per_A", check.ForceRms)
            .Add("force_uncertain", check.UncertainForces)
            .Add("force_worst", new JsonResult()
                .Add("atom", force.Atom)
                .Add("element", force.Element)
                .Add("component", force.Component)
                .Add("found_eV_per_A", force.Found)
                .Add("expected_eV_per_A", force.Expected)
                .Add("expected_error_eV_per_A", force.ExpectedError))
            .Add("virial_max_error_eV", virial.Error)
            .Add("virial_rms_error_eV", check.VirialRms)
            .Add("virial_uncertain", check.UncertainVirials)
            .Add("virial_worst", new JsonResult()
                .Add("component", virial.Component)
                .Add("found_eV", virial.Found)
                .Add("expected_eV", virial.Expected)
                .Add("expected_error_eV", virial.ExpectedError))
            .Add("virial_asymmetry_eV", check.Asymmetry)
            .Add("net_force_eV_per_A", check.NetForce)
            .Add("failures", check.Failures);
    }
}
