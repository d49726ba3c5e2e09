namespace Socorro.Minidumps.Unwinding;

/// <summary>Why a walk of a stack went no further.</summary>
public enum StackEnd
{
    /// <summary>No frame above could be found, though there should be one.</summary>
    Lost,

    /// <summary>The last frame is the first that the thread ran.</summary>
    Complete,

    /// <summary>The stack's memory is not in the dump from there on.</summary>
    Truncated,

    /// <summary>A limit on frames or time was reached.</summary>
    Limit,
}

/// <summary>The words for <see cref="StackEnd"/>.</summary>
public static class StackEnds
{
    extension(StackEnd end)
    {
        /// <summary>The word that reports use.</summary>
        public string Word => end switch
        {
            StackEnd.Complete => "complete",
            StackEnd.Truncated => "truncated",
            StackEnd.Limit => "limit",
            _ => "lost",
        };
    }
}
