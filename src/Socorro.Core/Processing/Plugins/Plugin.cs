using Socorro.Plugins;

namespace Socorro.Processing.Plugins;

/// <summary>One sub-folder of the plug-ins' folder: what it brings, or what keeps it from being used.</summary>
public sealed record Plugin
{
    /// <summary>The name of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>Its assembly; the folder as long as that is not known.</summary>
    public required string File { get; init; }

    /// <summary>The version of its assembly; empty when that could not be loaded.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its rules in the order in which they run.</summary>
    public IReadOnlyList<PluginRule> Rules { get; init; } = [];

    /// <summary>Files that declare the fields that it writes.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>The products whose crashes its rules see; empty for all.</summary>
    public IReadOnlyList<string> Products { get; init; } = [];

    /// <summary>How long each of its rules may take for a crash.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>All that is wrong with it, a sentence each.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>Whether its rules see the crashes of a product; null for any that nobody named.</summary>
    public bool IsFor(string? product) => Products.Count == 0 || (product is not null && Products.Contains(product));
}
