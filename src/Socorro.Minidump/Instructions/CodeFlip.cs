using System.Numerics;
using Socorro.Minidumps.Images;

namespace Socorro.Minidumps.Instructions;

/// <summary>
/// One wrong bit in the code that crashed, as broken memory makes it: there, memory differs from the module's own file.
/// </summary>
/// <param name="Address">Of the byte with the bit.</param>
/// <param name="Expected">The byte in the file.</param>
/// <param name="Found">The byte in memory.</param>
public sealed record CodeFlip(ulong Address, byte Expected, byte Found)
{
    /// <summary>Bytes that the longest instruction has, and those behind it that a wrong length would take in.</summary>
    const int Reach = 16;

    /// <summary>
    /// Null when the code is as in the file, or no file of the same build is there. Code that was patched or relocated differs in more
    /// bits than one.
    /// </summary>
    internal static CodeFlip? Find(Minidump dump, ulong pc, ModuleFiles files)
    {
        if (dump.Modules.Find(pc) is not { } module || !dump.Memory.TryFind(pc, out var region))
            return null;

        var found = region.Bytes.Span.Slice((int)(pc - region.Address), (int)Math.Min(Reach, region.End - pc));
        Span<byte> expected = stackalloc byte[found.Length];
        if (files.Find(module, dump.Cpu, dump.Modules.Main?.Name ?? "").Image is not { } image
            || !image.TryReadCode(pc - module.Base, expected))
        {
            return null;
        }

        CodeFlip? flip = null;
        for (var i = 0; i < found.Length; i++)
        {
            var bits = BitOperations.PopCount((uint)(found[i] ^ expected[i]));
            if (bits > 1 || bits == 1 && flip is not null)
                return null;
            if (bits == 1)
                flip = new(pc + (ulong)i, expected[i], found[i]);
        }

        return flip;
    }
}
