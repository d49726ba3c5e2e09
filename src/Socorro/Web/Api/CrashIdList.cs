using System.Runtime.CompilerServices;
using Socorro.Crashes;

namespace Socorro.Web.Api;

/// <summary>Reads any number of crash ids from a body, between blanks, commas or line feeds, with few in memory at a time.</summary>
static class CrashIdList
{
    const int MaxLength = 200;

    /// <exception cref="FormatException">Something in it is no crash id; the message says what and where.</exception>
    public static async IAsyncEnumerable<CrashId> ReadAsync(Stream body, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var reader = new StreamReader(body);
        var buffer = new char[8 * 1024];
        var held = 0;
        for (var number = 1L; ;)
        {
            var read = await reader.ReadAsync(buffer.AsMemory(held), cancel);
            var text = buffer.AsMemory(0, held + read);
            while (text.Span.IndexOfAny(" \t\r\n,") is var end && (end >= 0 || (read == 0 && text.Length > 0)))
            {
                var word = end < 0 ? text : text[..end];
                text = end < 0 ? default : text[(end + 1)..];
                if (word.Length > 0)
                    yield return Parse(word.Span, number++);
            }

            if (read == 0)
                yield break;
            if (text.Length > MaxLength)
                _ = Parse(text.Span, number);

            text.CopyTo(buffer);
            held = text.Length;
        }
    }

    static CrashId Parse(ReadOnlySpan<char> word, long number) =>
        CrashIdText.TryParse(word, out var id)
            ? id
            : throw new FormatException($"'{Wording.Clip(word.ToString(), MaxLength)}', number {number}, is not a crash id");
}
