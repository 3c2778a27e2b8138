using Meniscus.IO;

namespace Meniscus.Cli;

/// <summary>Units of the columns of thermo tables, by LAMMPS's names.</summary>
internal static class ThermoUnits
{
    /// <summary>The unit, or an empty text where it is not known.</summary>
    public static string Of(ThermoTable table, string column) => !table.HasPhysicalUnits ? "" : column.ToLowerInvariant() switch
    {
        "temp" => "K",
        "poteng" or "kineng" or "toteng" or "econserve" or "enthalpy" or "ecouple" => "eV",
        "e_vdwl" or "e_coul" or "e_pair" or "e_bond" or "e_angle" or "e_dihed" or "e_impro" or "e_mol" or "e_long" or "e_tail" => "eV",
        "press" or "pxx" or "pyy" or "pzz" or "pxy" or "pxz" or "pyz" => "bar",
        "volume" => "Å³",
        "density" => "g/cm³",
        "lx" or "ly" or "lz" or "xlo" or "xhi" or "ylo" or "yhi" or "zlo" or "zhi" or "xy" or "xz" or "yz" => "Å",
        "time" or "dt" => "ps",
        _ => "",
    };
}
