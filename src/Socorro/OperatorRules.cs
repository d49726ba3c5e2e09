using Socorro.Fields;
using Socorro.Processing;
using Socorro.Processing.Plugins;
using Socorro.Signatures;

namespace Socorro;

/// <summary>What an operator adds to the rules and fields that come with the product: his own fields, plug-ins, and what rules look up.</summary>
public sealed record OperatorRules(FieldSet Fields, IReadOnlyList<Plugin> Plugins, Options Options)
{
    /// <exception cref="VerbFailedException">A file or a plug-in can't be used; it names all that is wrong.</exception>
    public static OperatorRules Load(Options options)
    {
        try
        {
            var plugins = options.Plugins.Length > 0 ? PluginFolder.Load(options.Plugins) : [];
            return new(FieldSet.Load([.. options.Fields, .. plugins.SelectMany(plugin => plugin.Fields)]), plugins, options);
        }
        catch (PluginException e)
        {
            throw Unusable("plug-ins", e.Errors, e);
        }
        catch (FieldsException e)
        {
            throw Unusable("fields", e.Errors, e);
        }
    }

    /// <summary>All rules in their order, checked against each other and the fields: a crash is no time to find out.</summary>
    /// <exception cref="VerbFailedException">They don't fit; it names all that is wrong.</exception>
    public PipelineChoice Build(
        SignatureGenerators signatures, ProcessingMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        try
        {
            var sources = new RuleSources
            {
                Fields = Fields,
                Plugins = Plugins,
                MozillaProducts = Options.MozillaProducts,
                FindVersion = Options.BuildVersions.Length > 0
                    ? new BuildVersions(Options.BuildVersions, time, loggers.CreateLogger<BuildVersions>()).Find
                    : BuildVersions.None,
            };
            return PipelineChoice.Create(sources, signatures, metrics, time, loggers);
        }
        catch (FormatException e)
        {
            throw Unusable("versions", [e.Message], e);
        }
        catch (FieldsException e)
        {
            throw Unusable("fields", e.Errors, e);
        }
        catch (RulesetException e)
        {
            throw Unusable("rules", e.Errors, e);
        }
    }

    static VerbFailedException Unusable(string what, IReadOnlyList<string> errors, Exception cause) =>
        new($"the {what} can't be used:\n{string.Join('\n', errors)}", exitCode: 2, cause);
}
