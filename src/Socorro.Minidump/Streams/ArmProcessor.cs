using System.Text;

namespace Socorro.Minidumps.Streams;

/// <summary>
/// Names what a 32-bit ARM processor says of itself in its main id register and the kernel's hwcap bits.
/// </summary>
static class ArmProcessor
{
    static readonly (uint Id, string Name)[] Implementers =
    [
        (0x41, "ARM"), (0x51, "Qualcomm"), (0x56, "Marvell"), (0x69, "Intel/Marvell"),
    ];

    static readonly (uint Id, string Name)[] Parts =
    [
        (0x4100c050, "Cortex-A5"), (0x4100c080, "Cortex-A8"), (0x4100c090, "Cortex-A9"), (0x4100c0f0, "Cortex-A15"),
        (0x4100c140, "Cortex-R4"), (0x4100c150, "Cortex-R5"), (0x4100b360, "ARM1136"), (0x4100b560, "ARM1156"),
        (0x4100b760, "ARM1176"), (0x4100b020, "ARM11-MPCore"), (0x41009260, "ARM926"), (0x41009460, "ARM946"),
        (0x41009660, "ARM966"), (0x510006f0, "Krait"), (0x510000f0, "Scorpion"),
    ];

    // By bit, from AT_HWCAP of the Linux kernel.
    static readonly string[] Features =
    [
        "swp", "half", "thumb", "26bit", "fastmult", "fpa", "vfpv2", "edsp", "java", "iwmmxt", "crunch", "thumbee",
        "neon", "vfpv3", "vfpv3d16", "tls", "vfpv4", "idiva", "idivt",
    ];

    public static string Describe(ProcessorIdentity identity)
    {
        var text = new StringBuilder();
        if (identity.VersionInformation is not 0 and var id)
        {
            text.Append(' ').Append(Find(Implementers, id >> 24) ?? $"vendor(0x{id >> 24:x})");
            text.Append(' ').Append(Find(Parts, id & 0xff00fff0) ?? $"part(0x{id & 0xff00fff0:x})");
        }

        if (identity.Features != 0)
        {
            var names = Features.Where((_, bit) => (identity.Features >> bit & 1) != 0);
            text.Append(" features: ").AppendJoin(',', names);
        }

        return text.ToString();
    }

    static string? Find((uint Id, string Name)[] names, uint id) => names.FirstOrDefault(entry => entry.Id == id).Name;
}
