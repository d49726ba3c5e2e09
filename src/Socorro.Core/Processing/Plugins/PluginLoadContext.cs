using System.Reflection;
using System.Runtime.Loader;
using Socorro.Plugins;

namespace Socorro.Processing.Plugins;

/// <summary>
/// Keeps the assemblies of one plug-in apart: it brings its own dependencies in the versions that it wants. Only the framework and
/// the contract are shared with us.
/// </summary>
sealed class PluginLoadContext(string assembly) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(assembly))
{
    static readonly Assembly Contract = typeof(PluginRule).Assembly;
    static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    readonly AssemblyDependencyResolver _resolver = new(assembly);

    public static AssemblyName ContractName { get; } = Contract.GetName();

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == ContractName.Name)
            return Contract;

        return _resolver.ResolveAssemblyToPath(assemblyName) is { } path && File.Exists(path)
            ? LoadFromAssemblyPath(path)
            : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    /// <summary>
    /// Loads all that an assembly refers to, and what that refers to in turn, so that whatever is missing is known now and not at
    /// the first crash that needs it.
    /// </summary>
    /// <returns>A sentence for each assembly that can't be had.</returns>
    public IReadOnlyList<string> LoadReferences(Assembly start)
    {
        var errors = new List<string>();
        var known = new HashSet<string?> { start.GetName().Name, ContractName.Name };
        var waiting = new Queue<Assembly>([start]);
        while (waiting.TryDequeue(out var user))
        {
            foreach (var name in user.GetReferencedAssemblies().Where(name => known.Add(name.Name)))
            {
                if (TryLoad(name) is not { } found)
                    errors.Add($"{user.GetName().Name} needs {name.Name} {name.Version}, which is not in the plug-in's folder");
                else if (GetLoadContext(found) == this)
                    waiting.Enqueue(found);
            }
        }

        return errors;
    }

    /// <summary>Null for what is nowhere, and for what is ours: it is no part of the contract, and changes without notice.</summary>
    Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            var found = LoadFromAssemblyName(name);
            return GetLoadContext(found) == this || IsFramework(found) ? found : null;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            return null;
        }
    }

    /// <summary>The framework lies apart from us, unless it was published with us.</summary>
    static bool IsFramework(Assembly assembly)
    {
        var folder = Path.GetDirectoryName(assembly.Location);
        return folder == FrameworkFolder || folder != Path.GetDirectoryName(Contract.Location);
    }
}
