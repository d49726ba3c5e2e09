using System.Text;

namespace Socorro.Collecting;

/// <summary>The bytes of a text part, as text of any charset that the platform knows.</summary>
static class PartText
{
    const string Default = "utf-8";

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null when the charset is unknown or the bytes are not of it.</summary>
    public static string? FindText(ReadOnlySpan<byte> bytes, string? charset)
    {
        if (FindEncoding(charset ?? Default) is not { } encoding)
            return null;

        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The note left where a text was lost.</summary>
    public static string DescribeLoss(string? charset) =>
        $"extract payload text part exception: invalid text or charset: {Submission.Excerpt(charset ?? Default)}";

    static Encoding? FindEncoding(string charset)
    {
        if (charset.Length == 0 || charset.Equals(Default, StringComparison.OrdinalIgnoreCase))
            return Utf8;

        try
        {
            // The code pages are asked directly: registering them would change what the whole process understands.
            return CodePagesEncodingProvider.Instance.GetEncoding(
                    charset, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(charset, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
