using System.Reflection;
using System.Text.Json;
using Socorro.Configuration;
using Socorro.Plugins;

namespace Socorro.Processing.Plugins;

/// <summary>Reads one plug-in's <c>plugin.json</c>, loads its assembly and makes its rules; finds all that is wrong at once.</summary>
sealed class PluginReader(string folder)
{
    const string ManifestName = "plugin.json";
    const int MaxSeconds = 60;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    readonly List<string> _errors = [];

    public static Plugin Read(string folder)
    {
        var reader = new PluginReader(folder);
        var plugin = reader.ReadManifest(new() { Name = Path.GetFileName(folder), File = folder });
        return plugin with { Errors = reader._errors };
    }

    Plugin ReadManifest(Plugin plugin)
    {
        try
        {
            using var document = JsonDocument.Parse(LooseJson.ReadFile(Path.Combine(folder, ManifestName)), Lenient);
            return ReadManifest(plugin, new(document.RootElement, ManifestName, _errors));
        }
        catch (JsonException e)
        {
            _errors.Add($"{ManifestName}, line {e.LineNumber + 1}: is not JSON");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _errors.Add($"{ManifestName} can't be read: {e.Message}");
        }

        return plugin;
    }

    Plugin ReadManifest(Plugin plugin, JsonNodeReader manifest)
    {
        manifest.AllowOnly("assembly", "rules", "fields", "products", "seconds");
        var assembly = FileInside(manifest.ReadText("assembly"), manifest, "assembly");
        var rules = manifest.ReadList("rules", rule => rule.AsText());
        if (rules.Count == 0)
            manifest.Fault("rules names none");

        plugin = plugin with
        {
            File = assembly ?? folder,
            Fields = ReadFields(manifest),
            Products = ReadProducts(manifest),
            Patience = ReadPatience(manifest),
        };
        return _errors.Count > 0 || Load(plugin.File) is not { } loaded
            ? plugin
            : plugin with { Version = VersionOf(loaded), Rules = [.. rules.Select(rule => Make(loaded, rule)).OfType<PluginRule>()] };
    }

    IReadOnlyList<string> ReadFields(JsonNodeReader manifest) => manifest.Find("fields") is null
        ? []
        : [.. manifest.ReadList("fields", file => FileInside(file.AsText(), manifest, "fields")).OfType<string>()];

    static IReadOnlyList<string> ReadProducts(JsonNodeReader manifest)
    {
        if (manifest.Find("products") is null)
            return [];

        var products = manifest.ReadList("products", product => product.AsText());
        if (products.Count == 0)
            manifest.Fault("products names none; leave it out for all of them");
        return products;
    }

    static TimeSpan ReadPatience(JsonNodeReader manifest)
    {
        if (manifest.Find("seconds") is null)
            return Patience;

        var seconds = manifest.ReadNumber("seconds");
        if (seconds is > 0 and <= MaxSeconds)
            return TimeSpan.FromSeconds(seconds);

        manifest.Fault($"seconds {seconds} is not above 0 and at most {MaxSeconds}");
        return Patience;
    }

    string? FileInside(string name, JsonNodeReader manifest, string member)
    {
        if (name.Length == 0)
            return null;

        var path = Path.GetFullPath(Path.Combine(folder, name));
        if (path.StartsWith($"{folder}{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && File.Exists(path))
            return path;

        manifest.Fault($"{member} '{name}' is no file in the plug-in's folder");
        return null;
    }

    Assembly? Load(string file)
    {
        try
        {
            var context = new PluginLoadContext(file);
            var assembly = context.LoadFromAssemblyPath(file);
            if (CheckContract(assembly) is { } refusal)
                _errors.Add(refusal);
            else
                _errors.AddRange(context.LoadReferences(assembly));
            return _errors.Count == 0 ? assembly : null;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or InvalidOperationException)
        {
            _errors.Add($"{Path.GetFileName(file)} can't be loaded: {e.Message}");
            return null;
        }
    }

    /// <summary>A change of the first number breaks plug-ins; the second counts what was added.</summary>
    static string? CheckContract(Assembly assembly)
    {
        var ours = PluginLoadContext.ContractName;
        var wanted = assembly.GetReferencedAssemblies().FirstOrDefault(name => name.Name == ours.Name)?.Version;
        if (wanted is null)
            return $"{assembly.GetName().Name} does not refer to {ours.Name}, which its rules are made from";

        return wanted.Major == ours.Version!.Major && wanted.Minor <= ours.Version.Minor
            ? null
            : $"{assembly.GetName().Name} is made for {ours.Name} {wanted.ToString(2)}, and this is {ours.Version.ToString(2)}";
    }

    PluginRule? Make(Assembly assembly, string typeName)
    {
        try
        {
            return Check(assembly.GetType(typeName), typeName) is { } type ? Checked((PluginRule)Activator.CreateInstance(type)!) : null;
        }
        catch (TargetInvocationException e)
        {
            _errors.Add($"rule type {typeName} can't be made: {e.InnerException!.GetType().Name}: {e.InnerException.Message}");
        }
        catch (Exception e) when (e is TypeLoadException or IOException or BadImageFormatException)
        {
            _errors.Add($"rule type {typeName} can't be loaded: {e.Message}");
        }

        return null;
    }

    Type? Check(Type? type, string name)
    {
        var fault = type switch
        {
            null => "is not in the assembly",
            _ when !type.IsSubclassOf(typeof(PluginRule)) => $"is no {nameof(PluginRule)}",
            { IsAbstract: true } => "is abstract",
            { IsVisible: false } => "is not public",
            _ when type.GetConstructor([]) is null => "has no public constructor without parameters",
            _ => null,
        };
        if (fault is null)
            return type;

        _errors.Add($"rule type {name} {fault}");
        return null;
    }

    /// <summary>What a rule says of itself is code as well, and may say nothing, or throw.</summary>
    PluginRule? Checked(PluginRule rule)
    {
        var type = rule.GetType().FullName;
        try
        {
            if (rule.Name is not { Length: > 0 } name || !name.All(char.IsAsciiLetterOrDigit))
                _errors.Add($"rule type {type}: its name is not made of letters and digits");
            else if (string.IsNullOrWhiteSpace(rule.About))
                _errors.Add($"rule {name} does not say what it does");
            else if (rule.Inputs is null || rule.Outputs is null || rule.Attachments is null)
                _errors.Add($"rule {name} has null in place of a list");
            else
                return rule;
        }
        catch (Exception e)
        {
            _errors.Add($"rule type {type} can't say what it is: {e.GetType().Name}: {e.Message}");
        }

        return null;
    }

    static string VersionOf(Assembly assembly) =>
        (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? assembly.GetName().Version?.ToString() ?? "").Split('+')[0];
}
