using System.Text;
using Meniscus.Atoms;

namespace Meniscus.Tests.Serving;

/// <summary>The server's side of the i-PI protocol, written from its description: what i-PI and ASE send and expect.</summary>
internal sealed class IpiPeer(Stream stream)
{
    public IpiPeer Header(string name) => Bytes(Encoding.ASCII.GetBytes(name.PadRight(12)));

    public IpiPeer Bytes(params byte[] bytes)
    {
        stream.Write(bytes);
        return this;
    }

    public IpiPeer Int32(int value) => Bytes(BitConverter.GetBytes(value));

    public IpiPeer Init(string text, int replica = 0)
    {
        Header("INIT").Int32(replica).Int32(Encoding.UTF8.GetByteCount(text));
        return Bytes(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>POSDATA; lattice vectors become columns, lengths bohr.</summary>
    public IpiPeer Positions(double[]? box, double[] positions)
    {
        Header("POSDATA");
        for (var k = 0; k < 9; k++)
            Bytes(BitConverter.GetBytes(box is null ? 0 : box[(3 * (k % 3)) + (k / 3)] / Units.Bohr));
        // The inverse is sent, and used by nobody.
        Bytes(new byte[72]);
        Int32(positions.Length / 3);
        return Bytes([.. positions.SelectMany(x => BitConverter.GetBytes(x / Units.Bohr))]);
    }

    public string Reply() => Encoding.ASCII.GetString(Read(12)).TrimEnd();

    public string Status()
    {
        Header("STATUS");
        return Reply();
    }

    /// <summary>What GETFORCE brings, in eV and Å.</summary>
    public IpiForces Forces()
    {
        Header("GETFORCE");
        Assert.Equal("FORCEREADY", Reply());
        var energy = Double() * Units.Hartree;
        var forces = new double[3 * BitConverter.ToInt32(Read(4))];
        for (var k = 0; k < forces.Length; k++)
            forces[k] = Double() * (Units.Hartree / Units.Bohr);
        var virial = new double[9];
        for (var k = 0; k < 9; k++)
            virial[(3 * (k % 3)) + (k / 3)] = Double() * Units.Hartree;
        return new IpiForces(energy, forces, virial, Encoding.UTF8.GetString(Read(BitConverter.ToInt32(Read(4)))));
    }

    private double Double() => BitConverter.ToDouble(Read(8));

    private byte[] Read(int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>One step as i-PI does it.</summary>
    public IpiForces Step(string init, double[]? box, double[] positions)
    {
        if (Status() == "NEEDINIT")
        {
            Init(init);
            Assert.Equal("READY", Status());
        }

        Positions(box, positions);
        Assert.Equal("HAVEDATA", Status());
        return Forces();
    }
}

/// <summary>What a server got: eV, eV/Å, eV.</summary>
internal sealed record IpiForces(double Energy, double[] Forces, double[] Virial, string Extra);

/// <summary>A connection whose incoming messages are written beforehand; what is sent is thrown away.</summary>
internal sealed class ScriptedConnection(byte[] script) : MemoryStream(script)
{
    public override void Write(ReadOnlySpan<byte> buffer)
    {
    }
}
