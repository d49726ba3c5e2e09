namespace Socorro.Minidumps.Symbols;

/// <summary>What a symbol file's unwind rules answered for one frame.</summary>
enum UnwindOutcome
{
    /// <summary>The rules could not be evaluated: a register or memory that they need is missing, or they are malformed.</summary>
    Failed,

    /// <summary>The caller's registers were computed.</summary>
    Caller,

    /// <summary>The rules say that there is no caller: an undefined or zero return address.</summary>
    EndOfStack,
}
