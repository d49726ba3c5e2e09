namespace Socorro.Plugins;

/// <summary>
/// A processing rule of a team's own: it reads one crash and writes fields that the team has declared. One instance serves many
/// crashes at a time, so it keeps nothing of them. It needs a public constructor without parameters.
/// </summary>
public abstract class PluginRule
{
    /// <summary>Its name in notes, metrics and field declarations, of letters and digits; no other rule may have it.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, in a sentence.</summary>
    public abstract string About { get; }

    /// <summary>The fields that it reads, each written by a rule before it or copied.</summary>
    public virtual IReadOnlyList<string> Inputs => [];

    /// <summary>The fields that it may write; each must be declared with this rule as its source.</summary>
    public abstract IReadOnlyList<string> Outputs { get; }

    /// <summary>Names of binary parts, other than minidumps, that it reads.</summary>
    public virtual IReadOnlyList<string> Attachments => [];

    /// <summary>
    /// Looks at one crash. When it throws, or takes longer than its plug-in's <c>plugin.json</c> allows, nothing of what it wrote
    /// is kept, the crash gets a note with the exception's class, and the next rule runs.
    /// </summary>
    public abstract void Act(PluginCrash crash);
}
