using System.Globalization;
using System.Text;

namespace Socorro.Minidumps.Output;

/// <summary>How a piece of text stands out on a terminal.</summary>
enum Tone
{
    Plain,
    Faint,
    Strong,
    Alarm,
    Place,
}

/// <summary>
/// Writes lines, and colours where a terminal shows them. Texts that come from the dump lose their control characters,
/// which could make a terminal do things.
/// </summary>
sealed class HumanText(TextWriter output, bool isColored)
{
    public void Line(string text = "")
    {
        output.Write(text);
        output.Write('\n');
    }

    /// <summary>A line of pieces, each with its tone.</summary>
    public void Line(params ReadOnlySpan<(string Text, Tone Tone)> pieces)
    {
        foreach (var (text, tone) in pieces)
            Write(text, tone);
        output.Write('\n');
    }

    public void Write(string text, Tone tone = Tone.Plain)
    {
        var code = isColored && text.Length > 0 ? CodeOf(tone) : null;
        if (code is null)
        {
            output.Write(text);
            return;
        }

        output.Write($"\e[{code}m");
        output.Write(text);
        output.Write("\e[0m");
    }

    /// <summary>A text from the dump, fit to be shown.</summary>
    public static string Clean(string text)
    {
        if (!text.Any(char.IsControl))
            return text;

        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
            clean.Append(char.IsControl(c) ? '\ufffd' : c);
        return clean.ToString();
    }

    /// <summary>A number of bytes or an offset: 0x and no more digits than needed.</summary>
    public static string Hex(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>An address in at least as many digits as given.</summary>
    public static string Address(ulong value, int digits) =>
        "0x" + value.ToString($"x{digits}", CultureInfo.InvariantCulture);

    public static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    static string? CodeOf(Tone tone) => tone switch
    {
        Tone.Faint => "2",
        Tone.Strong => "1",
        Tone.Alarm => "1;31",
        Tone.Place => "36",
        _ => null,
    };
}
