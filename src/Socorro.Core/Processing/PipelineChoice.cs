using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Socorro.Crashes;
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
    static readonly string[] MozillaProducts = ["Firefox", "Thunderbird", "Fenix", "Focus", "ReferenceBrowser", "MozillaVPN"];

    /// <summary>The rules that come with the product, of which Mozilla's products have some of their own; and those of plug-ins.</summary>
    /// <exception cref="RulesetException">A rule needs a field that is not declared so.</exception>
    /// <exception cref="FieldsException">A field needs a rule that does not write it.</exception>
    public static PipelineChoice Create(
        FieldSet fields,
        SignatureGenerators signatures,
        IReadOnlyList<Plugin> plugins,
        VersionLookup findVersion,
        ProcessingMetrics metrics,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        // An operator's come last: they may read whatever is known, and change nothing of it.
        List<Rule> added =
        [
            .. MappingRule.All(fields),
            .. plugins.SelectMany(plugin => plugin.Rules.Select(rule => new IsolatedRule(rule, plugin, fields))),
        ];
        var general = Ruleset.Default(signatures).With(added);
        var mozilla = Ruleset.Mozilla(signatures, findVersion).With(added);
        var pipelines = new PipelineChoice(
            Build(general), MozillaProducts.ToFrozenDictionary(product => product, _ => Build(mozilla)));
        Ruleset.CheckSources(fields, [general, mozilla]);
        return pipelines;

        Pipeline Build(Ruleset ruleset) => new(fields, ruleset, metrics, time, loggers.CreateLogger<Pipeline>());
    }

    public Pipeline For(RawCrash crash) =>
        For(crash.Annotations.TryGetValue("ProductName", out var product) ? product.TrimEnd() : null);

    public Pipeline For(string? product) =>
        product is not null && ByProduct.TryGetValue(product, out var own) ? own : Default;
}
