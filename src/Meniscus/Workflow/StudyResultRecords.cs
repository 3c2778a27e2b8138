using Meniscus.Analysis;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>A stage that was begun.</summary>
/// <param name="Name">Name: <c>iter-000/explore/bulk-300K</c>.</param>
/// <param name="Kind">Kind, without its number: <c>simulation</c>.</param>
/// <param name="Done">Whether it got to its end.</param>
/// <param name="Started">When its last run began, UTC.</param>
/// <param name="Seconds">Wall time, s.</param>
/// <param name="Threads">Threads of the last run.</param>
/// <param name="Version">Version of the program that did it.</param>
/// <param name="Notices">What it told the user.</param>
public sealed record StudyStageResult(
    string Name, string Kind, bool Done, DateTime Started, double Seconds, int Threads, string Version, IReadOnlyList<string> Notices);

/// <summary>How far the models differ along an exploration.</summary>
/// <param name="Iteration">Number of the iteration.</param>
/// <param name="Run">Name of the run: <c>bulk-300K</c>.</param>
/// <param name="Deviations">Largest deviation of a force, frame by frame, eV/Å.</param>
public sealed record ExplorationDeviation(int Iteration, string Run, double[] Deviations);

/// <summary>What became of the labels of a run's frames.</summary>
/// <param name="Iteration">Number of the iteration.</param>
/// <param name="Run">Name of the run.</param>
/// <param name="Frames">Frames to label.</param>
/// <param name="Done">Frames with labels.</param>
/// <param name="NotConverged">Frames dropped because the calculation did not converge.</param>
/// <param name="Crashed">Frames dropped because the program failed.</param>
/// <param name="TimedOut">Frames dropped because it took too long.</param>
/// <param name="Train">Frames to train on.</param>
/// <param name="Kept">Frames kept apart.</param>
public sealed record LabelCounts(int Iteration, string Run, long Frames, long Done, long NotConverged, long Crashed, long TimedOut, long Train, long Kept);

/// <summary>Labelled frames of a study: the ranges of one folder, all systems in it taken together.</summary>
/// <param name="Name">Folder, relative to the study's, or the user's own path.</param>
/// <param name="KeptApart">Whether they are tested with; else they are trained on.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="Atoms">Fewest and most atoms in a frame.</param>
/// <param name="Density">Of the whole cell, vacuum included, g/cm³; null where it is not known.</param>
/// <param name="EnergyPerAtom">eV; null without energies.</param>
/// <param name="LargestForce">Largest force on an atom, eV/Å; null without forces.</param>
/// <param name="HasVirial">Whether all frames have virials.</param>
public sealed record DataSetSummary(
    string Name, bool KeptApart, long Frames, ValueRange Atoms, ValueRange? Density, ValueRange? EnergyPerAtom, double? LargestForce, bool HasVirial);

/// <summary>A training.</summary>
/// <param name="Stage">Name of the stage: <c>final/model-0</c>.</param>
/// <param name="Seed">Seed.</param>
/// <param name="Steps">Steps asked for.</param>
/// <param name="MillisecondsPerStep">Time per step, ms; NaN where it is not known.</param>
/// <param name="Seconds">Wall time, s.</param>
/// <param name="LearningCurve">Path of the learning curve.</param>
public sealed record ModelTraining(string Stage, int Seed, long Steps, double MillisecondsPerStep, double Seconds, string LearningCurve);

/// <summary>Errors on a set of frames kept apart; NaN where there were no labels.</summary>
/// <param name="System">The set; empty for all together.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="EnergyRmse">eV/atom.</param>
/// <param name="ForceRmse">eV/Å.</param>
/// <param name="ForceLargest">Largest error of a force component, eV/Å.</param>
/// <param name="VirialRmse">eV/atom.</param>
public sealed record AccuracyNumbers(string System, long Frames, double EnergyRmse, double ForceRmse, double ForceLargest, double VirialRmse);

/// <summary>A model tested on the frames kept apart.</summary>
/// <param name="Stage">Name of the stage: <c>test/model-0</c>.</param>
/// <param name="Total">All frames together.</param>
/// <param name="Systems">Set by set.</param>
/// <param name="DetailPrefix">Path that the names of the detail files begin with.</param>
public sealed record ModelAccuracy(string Stage, AccuracyNumbers Total, IReadOnlyList<AccuracyNumbers> Systems, string DetailPrefix);

/// <summary>The conserved quantity in a part of a run.</summary>
/// <param name="Stage">Name of the part: <c>equilibrate</c>.</param>
/// <param name="Drift">meV per atom and ps.</param>
/// <param name="LargestDeviation">Largest distance from the first value, meV per atom.</param>
public sealed record ConservedQuantity(string Stage, double Drift, double LargestDeviation);

/// <summary>A production run.</summary>
/// <param name="Source"><c>model</c>, or <c>reference</c> for what it is compared with.</param>
/// <param name="Run">Name: <c>slab-300K</c>.</param>
/// <param name="Temperature">K.</param>
/// <param name="Atoms">Number of atoms; 0 where the run is not done.</param>
/// <param name="MillisecondsPerStep">Time per step, ms; NaN where it is not known.</param>
/// <param name="Seconds">Wall time, s.</param>
/// <param name="Conserved">How well the conserved quantity is.</param>
public sealed record StudySimulation(
    string Source, string Run, double Temperature, int Atoms, double MillisecondsPerStep, double Seconds, IReadOnlyList<ConservedQuantity> Conserved);

/// <summary>What all analyses of a production run tell.</summary>
/// <param name="Source"><c>model</c>, or <c>reference</c>.</param>
/// <param name="Run">Name: <c>slab-300K</c>.</param>
/// <param name="Target">Temperature aimed at, K.</param>
/// <param name="Temperature">Mean temperature, K.</param>
/// <param name="SamplingPs">Time that averages are over, ps.</param>
/// <param name="Warnings">What is wrong with it.</param>
/// <param name="Folder">Folder with its tables.</param>
public sealed record RunConditions(
    string Source, string Run, double Target, Estimate Temperature, double SamplingPs, IReadOnlyList<string> Warnings, string Folder);

/// <summary>Bulk at constant pressure.</summary>
/// <param name="Conditions">Temperature, sampling time, warnings.</param>
/// <param name="Density">g/cm³.</param>
/// <param name="Pressure">bar.</param>
/// <param name="Diffusion">Coefficient, 10⁻⁹ m²/s, not corrected for the size of the box; null where it was not measured.</param>
/// <param name="RadialDistribution">Table of the radial distribution functions, or null.</param>
public sealed record BulkResult(RunConditions Conditions, Estimate Density, Estimate Pressure, Estimate? Diffusion, CsvTable? RadialDistribution);

/// <summary>A slab with two surfaces.</summary>
/// <param name="Conditions">Temperature, sampling time, warnings.</param>
/// <param name="SurfaceTension">mN/m.</param>
/// <param name="PlateauReached">Whether the blocked error has a plateau; without one it is too small.</param>
/// <param name="CorrelationTimePs">ps; NaN where it is not known.</param>
/// <param name="FirstHalf">Surface tension of the first half, mN/m.</param>
/// <param name="SecondHalf">Surface tension of the second half, mN/m.</param>
/// <param name="LiquidDensity">g/cm³; null where no interfaces were found.</param>
/// <param name="VapourDensity">g/cm³; null where no interfaces were found.</param>
/// <param name="Width">10–90 widths of the two interfaces, Å.</param>
/// <param name="Profile">Table of the density profile, or null.</param>
/// <param name="RunningMean">Table of the running mean of the surface tension, or null.</param>
public sealed record SlabResult(
    RunConditions Conditions, Estimate SurfaceTension, bool PlateauReached, double CorrelationTimePs, Estimate FirstHalf, Estimate SecondHalf,
    Estimate? LiquidDensity, Estimate? VapourDensity, IReadOnlyList<Estimate> Width, CsvTable? Profile, CsvTable? RunningMean);

/// <summary>Bulk under a pressure that rises.</summary>
/// <param name="Conditions">Temperature, sampling time, warnings.</param>
/// <param name="ReferencePressure">Pressure of the two numbers after it, bar; NaN where no curve fits.</param>
/// <param name="Density">g/cm³, or null.</param>
/// <param name="Compressibility">1/bar, or null.</param>
/// <param name="States">Table of the states along the ramp, or null.</param>
public sealed record RampResult(RunConditions Conditions, double ReferencePressure, Estimate? Density, Estimate? Compressibility, CsvTable? States);

/// <summary>Whether a production run stayed where its model knows its way; NaN where it was not measured.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Frames">Frames looked at.</param>
/// <param name="MeanDeviation">Mean over the frames of the largest deviation of a force between the models, eV/Å.</param>
/// <param name="MaxDeviation">Largest of these, eV/Å.</param>
/// <param name="ShareAboveLow">Share of frames from the lower bound of the selection on.</param>
/// <param name="ShareAboveHigh">Share of frames from the upper bound on.</param>
/// <param name="ShareCloser">Share of neighbours closer than any pair of these elements that was trained on.</param>
public sealed record ExtrapolationResult(
    string Run, long Frames, double MeanDeviation, double MaxDeviation, double ShareAboveLow, double ShareAboveHigh, double ShareCloser);
