namespace Socorro.Minidumps.Memory;

/// <summary>What may be done with memory.</summary>
[Flags]
public enum Permissions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>To read.</summary>
    Read = 1,

    /// <summary>To write.</summary>
    Write = 2,

    /// <summary>To run as code.</summary>
    Execute = 4,

    /// <summary>The first touch fails, whatever else is permitted.</summary>
    Guard = 8,
}

/// <summary>A part of the process's address space that has the same permissions throughout.</summary>
/// <param name="Name">The file or the kind of memory that is mapped there; empty when the dump does not say.</param>
public readonly record struct AddressRange(ulong Start, ulong End, Permissions Permissions, bool IsPrivate, string Name)
{
    /// <summary>Bytes of the range.</summary>
    public ulong Length => End - Start;

    /// <summary>Whether the first touch of such a kind would succeed.</summary>
    public bool Allows(Permissions access) =>
        access != Permissions.None && (Permissions & (access | Permissions.Guard)) == access;

    /// <summary>Whether nothing may be done with it.</summary>
    public bool IsInaccessible =>
        !Allows(Permissions.Read) && !Allows(Permissions.Write) && !Allows(Permissions.Execute);
}

/// <summary>Which addresses of the process were mapped, and what might be done with them.</summary>
public sealed class AddressSpace
{
    readonly AddressRange[] _ranges;
    readonly AddressIndex _index;

    internal AddressSpace(AddressRange[] ranges, bool isKnown)
    {
        Array.Sort(ranges, (a, b) => a.Start.CompareTo(b.Start));
        _ranges = ranges;
        _index = AddressIndex.Build([.. ranges.Select(range => new AddressIndex.Range(range.Start, range.End, 0))]);
        IsKnown = isKnown;
    }

    /// <summary>
    /// Whether the dump describes it. If not, it is made up of the modules, stacks and captured memory, where
    /// everything is permitted, and an address that is not in it may be mapped nevertheless.
    /// </summary>
    public bool IsKnown { get; }

    /// <summary>By rising start.</summary>
    public IReadOnlyList<AddressRange> Ranges => _ranges;

    /// <summary>The range that an address is in.</summary>
    public AddressRange? Find(ulong address) => _index.Find(address) is >= 0 and var index ? _ranges[index] : null;
}
