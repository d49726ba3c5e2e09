using System.Globalization;

namespace Socorro.Signatures.Lists;

/// <summary>Characters that a step of an automaton reads: ASCII as bits, those beyond by asking.</summary>
sealed class CharSet(UInt128 ascii, Func<char, bool> beyond)
{
    public static readonly CharSet AnyButLineFeed = Where(c => c != '\n');
    public static readonly CharSet Digits = Where(c => char.GetUnicodeCategory(c) == UnicodeCategory.DecimalDigitNumber);
    public static readonly CharSet Blanks = Where(char.IsWhiteSpace);
    public static readonly CharSet WordCharacters = Where(c => char.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter
        or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.ConnectorPunctuation);

    static readonly CharSet[] Singles = [.. Enumerable.Range(0, 128).Select(single => Where(c => c == single))];

    public static CharSet Single(char single, bool ignoreCase) =>
        single < 128 && !ignoreCase ? Singles[single] : Range(single, single, ignoreCase);

    public static CharSet Range(char first, char last, bool ignoreCase) => ignoreCase
        ? Where(c => IsIn(c, first, last) || IsIn(char.ToLowerInvariant(c), first, last)
            || IsIn(char.ToUpperInvariant(c), first, last))
        : Where(c => IsIn(c, first, last));

    public static CharSet Union(IReadOnlyList<CharSet> sets) =>
        sets is [var only] ? only : Where(c => sets.Any(set => set.Contains(c)));

    public CharSet Complement() => Where(c => !Contains(c));

    public bool Contains(char c) => c < 128 ? ((ascii >> c) & 1) != 0 : beyond(c);

    static CharSet Where(Func<char, bool> contains)
    {
        UInt128 ascii = 0;
        for (var c = 0; c < 128; c++)
            ascii |= contains((char)c) ? UInt128.One << c : 0;

        return new(ascii, contains);
    }

    static bool IsIn(char c, char first, char last) => c >= first && c <= last;
}
