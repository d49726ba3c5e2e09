namespace Socorro.Processing.Plugins;

/// <summary>Loads the plug-ins of a folder: one for each of its sub-folders, in the order of their names.</summary>
public static class PluginFolder
{
    /// <summary>Every plug-in, those that can't be used with their errors.</summary>
    /// <exception cref="PluginException">The folder can't be read.</exception>
    public static IReadOnlyList<Plugin> Read(string folder)
    {
        try
        {
            var inside = Directory.GetDirectories(Path.GetFullPath(folder)).Order(StringComparer.Ordinal);
            return [.. inside.Select(PluginReader.Read)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PluginException([$"The folder of plug-ins {folder} can't be read: {e.Message}"]);
        }
    }

    /// <summary>The plug-ins, all of them fit for use.</summary>
    /// <exception cref="PluginException">One is not: processing without its rules would lose what they find.</exception>
    public static IReadOnlyList<Plugin> Load(string folder)
    {
        var plugins = Read(folder);
        var errors = plugins.SelectMany(plugin => plugin.Errors.Select(error => $"{plugin.Name}: {error}")).ToList();
        return errors.Count == 0 ? plugins : throw new PluginException(errors);
    }
}

/// <summary>Plug-ins that can't be used, with everything that is wrong with them.</summary>
public sealed class PluginException(IReadOnlyList<string> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
