using Socorro.Fields;
using Socorro.Processing.Rules;
using Socorro.Processing.Rules.Mozilla;
using Socorro.Signatures;

namespace Socorro.Processing;

/// <summary>Rules in the order in which they run.</summary>
/// <param name="Name">How notes and metrics name it.</param>
/// <param name="Rules">The rules.</param>
public sealed record Ruleset(string Name, IReadOnlyList<Rule> Rules)
{
    /// <summary>For any product.</summary>
    public static Ruleset Default(SignatureGenerator signatures) => new(
        "default",
        [
            new IdentifierRule(),
            new CrashReportKeysRule(),
            new CollectorMetadataRule(),
            new MinidumpSha256Rule(),
            new SymbolUrlsRule(),
            new TruncatedStacksRule(),
            new StackWalkRule(),
            new CrashingThreadRule(),
            new PossibleBitFlipsRule(),
            new GuardPageAccessRule(),
            new MajorVersionRule(),
            new ProcessTypeRule(),
            new DatesRule(),
            new BreadcrumbsRule(),
            new JavaStackTraceRule(),
            new JavaExceptionRule(),
            new MacCrashInfoRule(),
            new ReportTypeRule(),
            new ProcessorRule(),
            new SystemRule(),
            new SystemNameRule(),
            new TopmostFilesRule(),
            new ModulesInStackRule(),
            new MissingSymbolsRule(),
            new SoftErrorsRule(),
            new SignatureRule(signatures),
        ]);

    /// <summary>For Mozilla's products: the rules for any product, and those that only their annotations give sense to.</summary>
    public static Ruleset Mozilla(SignatureGenerator signatures, VersionLookup findVersion) => new(
        "mozilla",
        [
            new IdentifierRule(),
            new CrashReportKeysRule(),
            new CollectorMetadataRule(),
            new MinidumpSha256Rule(),
            new FenixVersionRule(),
            new EsrVersionRule(),
            new BetaVersionRule(findVersion),
            new SubmittedFromRule(),
            new SymbolUrlsRule(),
            new TruncatedStacksRule(),
            new StackWalkRule(),
            new CrashingThreadRule(),
            new PossibleBitFlipsRule(),
            new GuardPageAccessRule(),
            new MajorVersionRule(),
            new ProcessTypeRule(),
            new PluginRule(),
            new AccessibilityRule(),
            new AddonsRule(),
            new DatesRule(),
            new MemoryReportRule(),
            new PhcRule(),
            new BreadcrumbsRule(),
            new JavaStackTraceRule(),
            new JavaExceptionRule(),
            new MacCrashInfoRule(),
            new MozCrashReasonRule(),
            new UtilityActorsNameRule(),
            new ReportTypeRule(),
            new ProcessorRule(),
            new DistributionIdRule(),
            new SystemRule(),
            new SystemNameRule(),
            new TopmostFilesRule(),
            new ModulesInStackRule(),
            new MissingSymbolsRule(),
            new SoftErrorsRule(),
            new SignatureRule(signatures),
            new ShutdownHangRule(),
        ]);

    /// <summary>Makes sure that rules fit each other and the declared fields.</summary>
    /// <exception cref="RulesetException">They don't; it names every mistake.</exception>
    public Ruleset Check(FieldSet fields)
    {
        var errors = new List<string>();
        var written = fields.All.Where(IsCopied).Select(field => field.Name).ToHashSet();
        var names = new HashSet<string>();
        foreach (var rule in Rules)
        {
            if (!names.Add(rule.Name))
                errors.Add($"rule {rule.Name} is there twice");
            foreach (var input in rule.Inputs.Where(input => !written.Contains(input)))
                errors.Add($"rule {rule.Name} reads {input}, which nothing before it writes");
            foreach (var output in rule.Outputs)
            {
                if (fields.Find(output) is not { } field)
                    errors.Add($"rule {rule.Name} writes {output}, which is not declared");
                else if (field.Source is FieldSource.Rule { Name: var owner } && owner != rule.Name && !written.Contains(output))
                    errors.Add($"rule {rule.Name} writes {output}, which is declared to come from {owner}");
                written.Add(output);
            }
        }

        return errors.Count == 0 ? this : throw new RulesetException(Name, errors);
    }

    static bool IsCopied(Field field) => field.Source is FieldSource.Annotation or FieldSource.Report;
}

/// <summary>Rules that can't run in their order, with every mistake in it.</summary>
public sealed class RulesetException(string ruleset, IReadOnlyList<string> errors)
    : Exception($"Ruleset {ruleset} is wrong: {string.Join("; ", errors)}")
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
