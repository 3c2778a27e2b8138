namespace Meniscus.Potentials.DeepPot.TorchScript;

/// <summary>A class or function that a pickle names; nothing of it is ever run.</summary>
internal sealed record TorchGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A module of a TorchScript archive: the last part of its class's name, and its attributes.</summary>
internal sealed class TorchModule(TorchGlobal type)
{
    public string Class => type.Name;

    public Dictionary<object, object?> Attributes { get; set; } = [];
}

/// <summary>Where numbers are: bytes of the archive by their key, in what format, from which one, in what shape.</summary>
internal sealed record TorchStorage(string Key, string Type);

/// <summary>A tensor as a view of a storage; strides and offset count elements.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, int[] Shape, long[] Stride);
