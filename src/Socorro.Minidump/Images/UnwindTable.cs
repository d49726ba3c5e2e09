namespace Socorro.Minidumps.Images;

/// <summary>What an unwind table says of one address.</summary>
/// <param name="Function">Where the function, or its part that an entry describes, begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Start">The first address at which these rules are in force.</param>
/// <param name="Rules">Null when the entry says that it does not know.</param>
readonly record struct UnwindEntry(ulong Function, ulong End, ulong Start, FrameRules? Rules);

/// <summary>
/// A table by which the system itself unwinds the code of an image. Addresses are relative to the image's base. Immutable
/// once made, and safe to share between threads.
/// </summary>
abstract class UnwindTable
{
    /// <summary>
    /// Finds the entry that covers an address. Of code that was interrupted, rather than left by a call, prologues and
    /// epilogues count.
    /// </summary>
    public abstract bool TryFind(uint rva, bool isInterrupted, out UnwindEntry entry);
}
