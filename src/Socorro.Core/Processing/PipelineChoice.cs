using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Socorro.Fields;
using Socorro.Processing.Plugins;
using Socorro.Processing.Rules;
using Socorro.Signatures;

namespace Socorro.Processing;

/// <summary>Which rules a product's crashes go through.</summary>
/// <param name="Default">For every product that is not named.</param>
/// <param name="ByProduct">By product name.</param>
public sealed record PipelineChoice(Pipeline Default, IReadOnlyDictionary<string, Pipeline> ByProduct)
{
    /// <summary>Where a crash says which product it is of, the preferred annotation first.</summary>
    public IReadOnlyList<string> ProductAnnotations { get; init; } = ["ProductName"];

    /// <summary>The rules of plug-ins, whichever products they are for.</summary>
    public IReadOnlyList<IsolatedRule> PluginRules { get; init; } = [];

    /// <summary>The rules that come with the product, and those that an operator chose and added.</summary>
    /// <exception cref="RulesetException">A rule needs a field that is not declared so.</exception>
    /// <exception cref="FieldsException">A field needs a rule that does not write it.</exception>
    public static PipelineChoice Create(
        RuleSources sources, SignatureGenerators signatures, ProcessingMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        var fields = sources.Fields;
        var defaults = Ruleset.Default(signatures);
        var mozilla = Ruleset.Mozilla(signatures, sources.FindVersion);
        var mapped = MappingRule.All(fields).ToList();
        var added = sources.Plugins
            .SelectMany(plugin => plugin.Rules.Select(rule => new IsolatedRule(rule, plugin, fields)))
            .ToList();
        var general = Build(null);
        var byProduct = sources.MozillaProducts.Concat(sources.Plugins.SelectMany(plugin => plugin.Products))
            .Distinct()
            .ToFrozenDictionary(product => product, Build);
        // Mozilla's fields are declared, whether or not there is a product of theirs.
        Ruleset.CheckSources(fields, [.. byProduct.Values.Prepend(general).Select(pipeline => pipeline.Ruleset), mozilla]);
        return new(general, byProduct) { ProductAnnotations = fields.Find("product")?.Annotations ?? [], PluginRules = added };

        Pipeline Build(string? product)
        {
            var ours = product is not null && sources.MozillaProducts.Contains(product) ? mozilla : defaults;
            // An operator's come last: they may read whatever is known, and change nothing of it.
            var rules = ours.With([.. mapped, .. added.Where(rule => rule.Plugin.IsFor(product))]);
            return new(fields, rules, metrics, time, loggers.CreateLogger<Pipeline>());
        }
    }

    public Pipeline For(CrashInput crash)
    {
        var said = crash.GatherAnnotations();
        return For(ProductAnnotations.Select(name => said.GetValueOrDefault(name)).FirstOrDefault(product => product is not null)?.TrimEnd());
    }

    public Pipeline For(string? product) =>
        product is not null && ByProduct.TryGetValue(product, out var own) ? own : Default;
}

/// <summary>What an operator chose of the rules that come with the product, and what he added to them.</summary>
public sealed record RuleSources
{
    public required FieldSet Fields { get; init; }

    public IReadOnlyList<Plugin> Plugins { get; init; } = [];

    /// <summary>The products that Mozilla's rules give sense to.</summary>
    public IReadOnlyList<string> MozillaProducts { get; init; } = [];

    /// <summary>What Mozilla's beta builds are called.</summary>
    public VersionLookup FindVersion { get; init; } = BuildVersions.None;
}
