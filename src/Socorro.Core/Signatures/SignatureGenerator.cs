using Socorro.Signatures.Lists;
using Socorro.Signatures.Rules;

namespace Socorro.Signatures;

/// <summary>
/// Makes signatures: reads the crashing thread's stack with the lists, then lets each rule add what else is known. Threads may
/// share one; it remembers what it has seen, so keep it.
/// </summary>
public sealed class SignatureGenerator
{
    readonly SignatureMode _mode;

    public SignatureGenerator(SignatureLists lists, SignatureMode mode = SignatureMode.Corrected)
    {
        Lists = lists;
        _mode = mode;
        Stack = new(lists, mode);
        var stackRule = new StackRule(Stack);
        Rules =
        [
            stackRule,
            new StackwalkErrorRule(),
            new BadHardwareRule(),
            new OutOfMemoryRule(),
            new AbortRule(),
            new ShutdownTimeoutRule(),
            new RunWatchdogRule(stackRule),
            new IpcChannelErrorRule(),
            new IpcMessageNameRule(),
            new StackOverflowRule(),
            new HungProcessRule(),
            // These come last and in this order: they make sure of the form.
            new PrintableRule(),
            new WhitespaceRule(),
            new LengthRule(),
        ];
    }

    /// <summary>The lists that it reads stacks with.</summary>
    public SignatureLists Lists { get; }

    internal StackSignature Stack { get; }

    internal IReadOnlyList<SignatureRule> Rules { get; }

    /// <summary>Never fails: a rule that does is noted and left out.</summary>
    /// <param name="crash">The stacks and annotations.</param>
    /// <param name="explain">Whether to log each decision in <see cref="Signature.Debug"/>.</param>
    public Signature Generate(CrashData crash, bool explain = false)
    {
        var draft = new SignatureDraft(_mode, explain ? [] : null);
        foreach (var rule in Rules)
        {
            try
            {
                if (draft.IsCompatible && crash.Failures.TryGetValue(rule.Name, out var failure))
                    draft.Note(rule.Name, $"Rule failed: {failure}");
                else if (rule.Applies(crash, draft))
                    rule.Apply(crash, draft);
            }
            catch (Exception e)
            {
                draft.Note(rule.Name, $"Rule failed: {e.Message}");
            }
        }

        return new()
        {
            Text = draft.Text,
            Notes = draft.Notes,
            ProtoSignature = draft.ProtoSignature,
            NormalizedFrames = draft.NormalizedFrames,
            StackHash = draft.StackHash,
            ListsVersion = Lists.FullVersion,
            Debug = draft.Debug ?? [],
        };
    }
}
