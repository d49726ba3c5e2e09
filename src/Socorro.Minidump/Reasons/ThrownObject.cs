using System.Text;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Reasons;

/// <summary>
/// The C++ object that Visual C++ code threw and nobody caught, as its throw information describes it. That lies in the
/// module that threw, so it is found only where the dump has the modules' memory.
/// </summary>
/// <param name="Types">The types that a handler could catch it as, the object's own first.</param>
/// <param name="Object">Address of the object.</param>
public sealed record ThrownObject(IReadOnlyList<string> Types, ulong Object)
{
    const uint Magic = 0x19930520;
    const int MaxTypes = 32;
    const int MaxName = 1024;

    /// <summary>A sentence's rest with the first of the types.</summary>
    public override string ToString() => $"a C++ object of type {Types[0]} was thrown";

    /// <summary>
    /// The object that the dump's exception threw; null for other exceptions and where the memory is missing.
    /// </summary>
    public static ThrownObject? Read(Minidump dump)
    {
        if (dump.Exception is not { Code: WindowsReason.CppThrown } exception)
            return null;
        if (exception.Parameters is not [var magic, var thrown, var info, ..])
            return null;
        if (CpuTraits.Find(dump.Cpu) is not { } traits || (magic & ~3UL) != Magic)
            return null;

        // On 64-bit processors everything is relative to the module's base, which is one more parameter.
        var isWide = traits.PointerSize == 8;
        var imageBase = isWide && exception.Parameters is [_, _, _, var address, ..] ? address : 0;
        var types = ReadTypes(dump.Memory, info, imageBase, traits.PointerSize);
        return types.Count == 0 ? null : new(types, thrown);
    }

    static List<string> ReadTypes(MemoryMap memory, ulong throwInfo, ulong imageBase, int pointerSize)
    {
        var types = new List<string>();
        if (!memory.TryReadInteger(throwInfo + 12, 4, out var array)
            || !memory.TryReadInteger(imageBase + array, 4, out var count))
        {
            return types;
        }

        for (var i = 0UL; i < Math.Min(count, MaxTypes); i++)
        {
            if (memory.TryReadInteger(imageBase + array + 4 + 4 * i, 4, out var type)
                && memory.TryReadInteger(imageBase + type + 4, 4, out var descriptor)
                && ReadName(memory, imageBase + descriptor + 2 * (ulong)pointerSize) is { } name)
            {
                types.Add(CppTypeName.Read(name));
            }
        }

        return types;
    }

    static string? ReadName(MemoryMap memory, ulong address)
    {
        var name = new StringBuilder();
        while (name.Length < MaxName && memory.TryReadInteger(address++, 1, out var character))
        {
            if (character == 0)
                return name.ToString();
            name.Append((char)character);
        }

        return null;
    }
}
