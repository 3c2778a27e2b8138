using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Writes frames of any composition as DeePMD systems below a folder, one per composition (O64H128), as they come: memory does
/// not grow with their number. Frames of one composition whose atoms are in another order are put into that of the first.
/// Frames with other labels or parameters, or without a cell where others have one, get a system of their own (O64H128.1).
/// Source: DeePMD-kit's data documentation and dpdata's MultiSystems.
/// </summary>
public static class DeepmdFrameWriter
{
    /// <summary>Most frames per set, unless told otherwise.</summary>
    public const int DefaultSetSize = 5000;

    /// <summary>Writes frames.</summary>
    /// <param name="folder">The folder above the systems; must be new or empty.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="layout">One of the DeePMD layouts: npy, mixed, raw.</param>
    /// <param name="typeMap">Names in the order of the types; those that come up, in their order, by default.</param>
    /// <param name="setSize">Most frames per set.</param>
    /// <returns>The systems' folders and their numbers of frames.</returns>
    /// <exception cref="InputException">The folder is not empty, an element is not in the type map, or there is no frame.</exception>
    public static IReadOnlyList<(string Folder, long Frames)> Write(
        string folder, IEnumerable<Frame> frames, DataFormat layout = DataFormat.Deepmd, IReadOnlyList<string>? typeMap = null, int setSize = DefaultSetSize)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(setSize, 1);
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new InputException($"{folder}: exists and is not empty; remove it or choose another folder");
        var shelves = new Dictionary<string, (string Folder, DeepmdShelf Shelf)>();
        var names = new List<string>(typeMap ?? []);
        try
        {
            foreach (var frame in frames)
            {
                var types = TypesOf(frame, names, mayGrow: typeMap is null);
                ShelfOf(folder, frame, types, names, layout, setSize, shelves).Add(frame, types);
            }

            if (shelves.Count == 0)
                throw new InputException($"{folder}: no frames to write; check the selection");
            foreach (var (_, shelf) in shelves.Values)
                shelf.Finish(names);
            return [.. shelves.Values.Select(entry => (entry.Folder, entry.Shelf.Frames))];
        }
        finally
        {
            foreach (var (_, shelf) in shelves.Values)
                shelf.Dispose();
        }
    }

    private static int[] TypesOf(Frame frame, List<string> names, bool mayGrow)
    {
        var indices = new int[frame.TypeMap.Count];
        Array.Fill(indices, -1);
        return Array.ConvertAll(frame.Types, type =>
        {
            if (indices[type] >= 0)
                return indices[type];
            var name = frame.TypeMap[type];
            var index = names.IndexOf(name);
            if (index < 0 && !mayGrow)
                throw new InputException($"element {name} is not in the type map [{string.Join(' ', names)}]; add it");
            if (index < 0)
            {
                index = names.Count;
                names.Add(name);
            }

            return indices[type] = index;
        });
    }

    private static DeepmdShelf ShelfOf(
        string folder, Frame frame, int[] types, List<string> names, DataFormat layout, int setSize, Dictionary<string, (string Folder, DeepmdShelf Shelf)> shelves)
    {
        var formula = layout == DataFormat.DeepmdMixed ? types.Length.ToString(CultureInfo.InvariantCulture) : Formula(types, names);
        var key = $"{formula} {frame.Cell.IsPeriodic} {frame.Energy is not null} {frame.Forces is not null} {frame.Virial is not null} {frame.AtomEnergies is not null} {frame.AtomPref is not null} {frame.FrameParameters?.Length} {frame.AtomParameters?.Length}";
        if (shelves.TryGetValue(key, out var entry))
            return entry.Shelf;
        var alike = shelves.Keys.Count(other => other.StartsWith(formula + " ", StringComparison.Ordinal));
        var place = Path.Combine(folder, alike == 0 ? formula : string.Create(CultureInfo.InvariantCulture, $"{formula}.{alike}"));
        var shelf = new DeepmdShelf(place, layout, types, setSize);
        shelves.Add(key, (place, shelf));
        return shelf;
    }

    private static string Formula(int[] types, List<string> names)
    {
        var counts = new int[names.Count];
        foreach (var type in types)
            counts[type]++;
        return string.Concat(names.Select((name, type) => counts[type] == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{name}{counts[type]}")));
    }
}
