using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Signatures;

namespace Socorro.Processing;

/// <summary>Which rules a product's crashes go through.</summary>
/// <param name="Default">For every product that is not named.</param>
/// <param name="ByProduct">By product name.</param>
public sealed record PipelineChoice(Pipeline Default, IReadOnlyDictionary<string, Pipeline> ByProduct)
{
    static readonly string[] MozillaProducts = ["Firefox", "Thunderbird", "Fenix", "Focus", "ReferenceBrowser", "MozillaVPN"];

    /// <summary>The rules that come with the product: Mozilla's products have some of their own.</summary>
    /// <exception cref="RulesetException">A rule needs a field that is not declared so.</exception>
    public static PipelineChoice Create(
        FieldSet fields,
        SignatureGenerator signatures,
        ProcessingMetrics metrics,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        var mozilla = Build(Ruleset.Mozilla(signatures, (_, _, _) => null));
        return new(
            Build(Ruleset.Default(signatures)),
            MozillaProducts.ToFrozenDictionary(product => product, _ => mozilla));

        Pipeline Build(Ruleset ruleset) => new(fields, ruleset, metrics, time, loggers.CreateLogger<Pipeline>());
    }

    public Pipeline For(RawCrash crash) =>
        crash.Annotations.TryGetValue("ProductName", out var product) && ByProduct.TryGetValue(product.TrimEnd(), out var own)
            ? own
            : Default;
}
