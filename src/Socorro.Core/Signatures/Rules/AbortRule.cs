namespace Socorro.Signatures.Rules;

/// <summary>A program that stopped itself said why (bug 803779).</summary>
sealed class AbortRule() : SignatureRule("AbortSignature")
{
    const int MaxLength = 80;

    public override bool Applies(CrashData crash, SignatureDraft draft) => crash.AbortMessage is { Length: > 0 };

    public override void Apply(CrashData crash, SignatureDraft draft)
    {
        var message = Shorten(crash.AbortMessage!);
        draft.Prepend(Name, message is null || (message.Length == 0 && !draft.IsCompatible) ? "Abort | " : $"Abort | {message} | ");
    }

    /// <summary>The message without what differs between builds and machines; null when nothing of interest is left.</summary>
    static string? Shorten(string message)
    {
        if (message.Contains("###!!! ABORT: file ", StringComparison.Ordinal))
            return null;

        message = After(message, "###!!! ABORT:");
        message = Before(message, ": file ");
        if (message.Contains("unable to find a usable font", StringComparison.Ordinal))
            message = WithoutParenthesis(message);

        message = PrintableRule.Clean(message).Trim(' ');
        return message.Length > MaxLength ? $"{message[..(MaxLength - 3)]}..." : message;
    }

    /// <summary>The parenthesis is a message in the user's language (bug 1385966).</summary>
    static string WithoutParenthesis(string message)
    {
        var open = message.IndexOf('(', StringComparison.Ordinal);
        var close = message.LastIndexOf(')');
        return open >= 0 && close >= 0 ? message[..open] + message[(close + 1)..] : message;
    }

    static string After(string message, string marker)
    {
        var index = message.IndexOf(marker, StringComparison.Ordinal);
        return index < 0 ? message : message[(index + marker.Length)..];
    }

    static string Before(string message, string marker)
    {
        var index = message.IndexOf(marker, StringComparison.Ordinal);
        return index < 0 ? message : message[..index];
    }
}
