namespace Socorro.Processing;

/// <summary>
/// One step of processing: it looks at what was sent, at the stack walker's report and at fields that earlier steps wrote, and
/// writes fields. It touches nothing else, so that it can run again at any time.
/// </summary>
public abstract class Rule
{
    /// <summary>Its name in notes, metrics and the field declarations.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, in a sentence for the documentation.</summary>
    public abstract string About { get; }

    /// <summary>The fields it reads: all of them are written before it runs, or copied.</summary>
    public virtual IReadOnlyList<string> Inputs => [];

    /// <summary>The fields it may write.</summary>
    public abstract IReadOnlyList<string> Outputs { get; }

    /// <summary>Names of binary parts, other than minidumps, that it reads.</summary>
    public virtual IReadOnlyList<string> Attachments => [];

    /// <summary>Whether there is anything for it to do.</summary>
    public virtual bool Applies(Draft crash) => true;

    public abstract void Act(Draft crash);
}
