using System.Globalization;

namespace Socorro.Minidumps.Demangling.Rust;

/// <summary>
/// Rust's own scheme, "v0" (https://doc.rust-lang.org/rustc/symbol-mangling/v0.html). It is written while it is read; what was there
/// before is read again where it is referred to. Methods return false where the grammar is not kept.
/// </summary>
sealed partial class RustName(string text)
{
    const int MaxDepth = 200;

    readonly NameWriter _output = new();
    int _at;
    int _depth;
    ulong _lifetimes;

    /// <summary>Parts that are only skipped are read with this set.</summary>
    bool _isSilent;

    /// <summary>Null when it is no such name.</summary>
    /// <param name="text">The name behind _R.</param>
    public static string? Demangle(string text)
    {
        var end = text.IndexOf('.', StringComparison.Ordinal);
        var name = new RustName(end < 0 ? text : text[..end]);
        return name.ReadPath(inValue: true) && name.SkipInstance() && !name._output.IsOver ? name._output.ToString() : null;
    }

    char Peek() => _at < text.Length ? text[_at] : '\0';

    char Next() => _at < text.Length ? text[_at++] : '\0';

    bool Take(char expected)
    {
        if (Peek() != expected)
            return false;

        _at++;
        return true;
    }

    bool Write(string words)
    {
        if (!_isSilent)
            _output.Write(words);
        return !_output.IsOver;
    }

    /// <summary>A path follows that says in which crate generic code was made; it is not shown.</summary>
    bool SkipInstance()
    {
        if (_at == text.Length)
            return true;

        _isSilent = true;
        return ReadPath(inValue: false) && _at == text.Length;
    }

    bool ReadPath(bool inValue)
    {
        if (++_depth > MaxDepth || !_output.Step())
            return false;

        var isRead = Next() switch
        {
            'C' => TryReadIdentifier(out var crate, out _) && Write(crate),
            'N' => ReadNested(inValue),
            'M' => SkipImplementation() && Write("<") && ReadType() && Write(">"),
            'X' => SkipImplementation() && ReadTrait(),
            'Y' => ReadTrait(),
            'I' => ReadPath(inValue) && Write(inValue ? "::<" : "<") && ReadList(ReadArgument, ", ") >= 0 && Write(">"),
            'B' => ReadAgain(() => ReadPath(inValue)),
            _ => false,
        };
        _depth--;
        return isRead;
    }

    bool ReadTrait() => Write("<") && ReadType() && Write(" as ") && ReadPath(inValue: false) && Write(">");

    // Where an implementation stands: a number and a path, that of the module around it.
    bool SkipImplementation()
    {
        var before = _isSilent;
        _isSilent = true;
        var isRead = TryReadDisambiguator(out _) && ReadPath(inValue: false);
        _isSilent = before;
        return isRead;
    }

    // Capital letters mean what has no name of its own: closures, shims.
    bool ReadNested(bool inValue)
    {
        var space = Next();
        if (!char.IsAsciiLetter(space) || !ReadPath(inValue) || !TryReadIdentifier(out var name, out var number))
            return false;
        if (char.IsAsciiLetterLower(space))
            return name.Length == 0 || (Write("::") && Write(name));

        var kind = space switch
        {
            'C' => "closure",
            'S' => "shim",
            _ => space.ToString(),
        };
        return Write($"::{{{kind}{(name.Length > 0 ? ":" : "")}{name}#{number.ToString(CultureInfo.InvariantCulture)}}}");
    }

    /// <summary>How many elements were read up to an E; −1 when one was not.</summary>
    int ReadList(Func<bool> readElement, string separator)
    {
        var count = 0;
        for (; !Take('E'); count++)
        {
            if ((count > 0 && !Write(separator)) || !readElement())
                return -1;
        }

        return count;
    }

    bool ReadArgument()
    {
        if (Take('L'))
            return TryReadNumber62(out var lifetime) && WriteLifetime(lifetime);

        return Take('K') ? ReadConstant(inValue: false) : ReadType();
    }

    // A reference always leads back, so that reading ends; only how often is for the writer to count.
    bool ReadAgain(Func<bool> read)
    {
        var from = _at - 1;
        if (!TryReadNumber62(out var target) || target >= (ulong)from)
            return false;
        if (_isSilent)
            return true;

        var back = _at;
        _at = (int)target;
        var isRead = read();
        _at = back;
        return isRead;
    }

    /// <summary>s and a number, which tells apart what has the same name; 0 when it is left out.</summary>
    bool TryReadDisambiguator(out ulong number)
    {
        number = 0;
        if (!Take('s'))
            return true;
        if (!TryReadNumber62(out number))
            return false;

        number++;
        return true;
    }

    bool TryReadIdentifier(out string name, out ulong number)
    {
        name = "";
        if (!TryReadDisambiguator(out number))
            return false;

        var isPunycode = Take('u');
        var start = _at;
        while (char.IsAsciiDigit(Peek()) && _at - start < 6 && (_at == start || text[start] != '0'))
            _at++;
        if (!int.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return false;

        Take('_');
        if (length > text.Length - _at)
            return false;

        name = text.Substring(_at, length);
        _at += length;
        if (isPunycode)
            name = Punycode.Decode(name) ?? $"punycode{{{name}}}";
        return true;
    }

    /// <summary>A number to the base of 62 before an underscore, counted from 0 when it is left out.</summary>
    bool TryReadNumber62(out ulong number)
    {
        number = 0;
        if (Take('_'))
            return true;

        while (!Take('_'))
        {
            var letter = Next();
            var digit = letter switch
            {
                >= '0' and <= '9' => letter - '0',
                >= 'a' and <= 'z' => letter - 'a' + 10,
                >= 'A' and <= 'Z' => letter - 'A' + 36,
                _ => -1,
            };
            if (digit < 0 || number > (ulong.MaxValue - 62) / 62)
                return false;
            number = number * 62 + (ulong)digit;
        }

        number++;
        return true;
    }
}
