using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Instructions;

/// <summary>Recognises memory that is there so that touching it fails, as below stacks.</summary>
static class GuardPages
{
    const ulong MaxLength = 0x8000;

    /// <summary>Whether an address is in a small range that may not be touched, next to one that may.</summary>
    public static bool IsLikely(AddressSpace space, ulong address) =>
        space.IsKnown
        && space.Find(address) is { IsInaccessible: true, Length: < MaxLength } range
        && (IsAccessible(space, range.Start - 1) || IsAccessible(space, range.End));

    static bool IsAccessible(AddressSpace space, ulong address) => space.Find(address) is { IsInaccessible: false };
}
