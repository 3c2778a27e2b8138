using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Input;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>The atoms a run starts with: from the structure its input names, or from a restart.</summary>
internal static class MdSetup
{
    /// <summary>Atoms at the structure's positions, with its velocities or new ones.</summary>
    /// <exception cref="InputException">The structure cannot be read, or has types that the model does not know.</exception>
    public static MolecularState FromStructure(MdInput input, IPotential potential, Action<string> notice)
    {
        var frame = Trajectory.ReadFrame(InputPath.Resolve(input.Structure, input.SourceFolder), input.Frame, new TrajectoryOptions { TypeNames = input.TypeMap });
        if (frame.AtomCount == 0)
            throw new InputException($"{input.Structure}: has no atoms; expected at least one");
        var types = TypesOf(frame, potential.TypeMap, input);
        var state = new MolecularState(potential.TypeMap, types, MassesOf(frame, input), frame.Positions, frame.Cell);
        if (input.InitialTemperature is { } temperature)
            state.DrawVelocities(temperature, new RandomStream(input.Seed, "velocities"));
        else if (frame.Velocities is { } velocities)
            velocities.CopyTo(state.Velocities, 0);
        else if (input.Stages.SkipWhile(stage => stage.Kind == StageKind.Minimize).FirstOrDefault() is { NewVelocities: null })
            notice($"{input.Structure}: has no velocities and the input no 'velocities_K'; the atoms start at rest");
        return state;
    }

    /// <summary>Atoms as a restart left them; the potential gets its memory back.</summary>
    /// <exception cref="InputException">The model does not know the types.</exception>
    public static MolecularState FromRestart(MdRestart restart, string path, IPotential potential)
    {
        var state = AtomsOf(restart, path, potential.TypeMap);
        state.Evaluation.Reset(state.AtomCount, 0);
        restart.Forces.CopyTo(state.Forces, 0);
        restart.Virial.CopyTo(state.Evaluation.Virial, 0);
        state.Evaluation.Energy = restart.Energy;
        try
        {
            using var reader = new BinaryReader(new MemoryStream(restart.Potential));
            potential.RestoreMemory(reader);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException)
        {
            throw new InputException($"{path}: was written with another model than {potential.TypeMap} of this input; go on with the same model, or start from the final structure", e);
        }

        return state;
    }

    /// <summary>Positions, velocities, cell and time of a restart, without the results of its last evaluation.</summary>
    /// <exception cref="InputException">The model does not know the types.</exception>
    public static MolecularState AtomsOf(MdRestart restart, string path, TypeMap model)
    {
        var map = new TypeMap(restart.TypeNames);
        if (!map.Equals(model))
            throw new InputException($"{path}: its run had the types {map}, the model of the input has {model}; go on with the same model, or start from the final structure");
        var state = new MolecularState(model, restart.Types, restart.Masses, restart.Positions, restart.Cell is { } rows ? new Cell(rows) : Cell.None)
        {
            Step = restart.Step,
            Time = restart.Time,
        };
        restart.Velocities.CopyTo(state.Velocities, 0);
        return state;
    }

    private static int[] TypesOf(Frame frame, TypeMap map, MdInput input)
    {
        var indices = frame.TypeMap.IndicesIn(map);
        var types = new int[frame.AtomCount];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = indices[frame.Types[i]];
            if (types[i] < 0)
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{input.Structure}: atom {i} (counted from 0) is '{frame.NameOf(i)}', which the model does not know; the structure has [{frame.TypeMap}], the model [{map}]"));
            }
        }

        return types;
    }

    /// <summary>The input's masses, else the file's, else the standard ones.</summary>
    private static double[] MassesOf(Frame frame, MdInput input)
    {
        if (input.Masses.Keys.FirstOrDefault(name => frame.TypeMap.IndexOf(name) < 0) is { } unknown)
            throw new InputException($"{input.Source}: masses_amu/{unknown}: the structure has no such type; it has {frame.TypeMap}");
        var byType = new double[frame.TypeMap.Count];
        for (var t = 0; t < byType.Length; t++)
        {
            var name = frame.TypeMap[t];
            if (input.Masses.TryGetValue(name, out var given))
                byType[t] = given;
            else if (frame.Masses is { } own && own[t] > 0)
                byType[t] = own[t];
            else if (Element.TryGetMass(name, out var standard))
                byType[t] = standard;
            else
                throw new InputException($"{input.Structure}: '{name}' is not the symbol of an element; give its mass under masses_amu");
        }

        return [.. frame.Types.Select(type => byType[type])];
    }
}
