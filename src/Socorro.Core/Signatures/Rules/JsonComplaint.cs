using System.Buffers;

namespace Socorro.Signatures.Rules;

/// <summary>What Python's JSON reader says of a text that is not JSON, because Socorro's notes repeat it.</summary>
ref struct JsonComplaint
{
    const int MaxDepth = 256;

    static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    readonly ReadOnlySpan<char> _text;
    int _position;
    string? _complaint;

    JsonComplaint(ReadOnlySpan<char> text) => _text = text;

    /// <summary>The complaint about the first fault, with its place.</summary>
    public static string Of(string text)
    {
        var reader = new JsonComplaint(text);
        if (text.StartsWith('\uFEFF'))
            reader.Complain("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0);

        reader.SkipBlanks();
        reader.ReadValue(0);
        if (reader._complaint is null)
        {
            reader.SkipBlanks();
            if (reader._position < text.Length)
                reader.Complain("Extra data", reader._position);
        }

        return reader._complaint ?? "not JSON";
    }

    void ReadValue(int depth)
    {
        var start = _position;
        if (depth > MaxDepth)
            Complain("nested too deeply", start);
        else if (At('{'))
            ReadMembers('}', depth);
        else if (At('['))
            ReadMembers(']', depth);
        else if (At('"'))
            ReadText();
        else if (!ReadWord() && !ReadNumber())
            Complain("Expecting value", start);
    }

    void ReadMembers(char close, int depth)
    {
        _position++;
        SkipBlanks();
        if (At(close))
        {
            _position++;
            return;
        }

        while (_complaint is null)
        {
            if (close == '}' && !ReadName())
                return;

            SkipBlanks();
            ReadValue(depth + 1);
            SkipBlanks();
            if (_complaint is null && !At(',') && !At(close))
                Complain("Expecting ',' delimiter", _position);

            if (_complaint is null && _text[_position++] == close)
                return;

            SkipBlanks();
        }
    }

    bool ReadName()
    {
        if (!At('"'))
            return Complain("Expecting property name enclosed in double quotes", _position);

        ReadText();
        SkipBlanks();
        if (_complaint is null && !At(':'))
            Complain("Expecting ':' delimiter", _position);

        _position++;
        return _complaint is null;
    }

    void ReadText()
    {
        var start = _position++;
        while (_position < _text.Length && _text[_position] != '"')
        {
            if (_text[_position] < ' ')
            {
                Complain("Invalid control character at", _position);
                return;
            }

            if (_text[_position++] == '\\' && !ReadEscape(start))
                return;
        }

        if (_position++ >= _text.Length)
            Complain("Unterminated string starting at", start);
    }

    bool ReadEscape(int start)
    {
        if (_position >= _text.Length)
            return Complain("Unterminated string starting at", start);

        var escape = _text[_position++];
        if (escape != 'u')
            return "\"\\/bfnrt".Contains(escape) || Complain("Invalid \\escape", _position - 2);

        var digits = _text[_position..Math.Min(_text.Length, _position + 4)];
        if (digits.Length < 4 || digits.ContainsAnyExcept(HexDigits))
            return Complain("Invalid \\uXXXX escape", _position - 1);

        _position += 4;
        return true;
    }

    bool ReadWord()
    {
        foreach (var word in (ReadOnlySpan<string>)["null", "true", "false", "NaN", "Infinity", "-Infinity"])
        {
            if (_text[_position..].StartsWith(word))
            {
                _position += word.Length;
                return true;
            }
        }

        return false;
    }

    bool ReadNumber()
    {
        var start = _position;
        var i = At('-') ? start + 1 : start;
        var digits = CountDigits(i);
        if (digits == 0)
            return false;

        // A leading zero ends the number.
        i += _text[i] == '0' ? 1 : digits;
        if (i < _text.Length && _text[i] == '.' && CountDigits(i + 1) is > 0 and var fraction)
            i += 1 + fraction;

        if (i < _text.Length && _text[i] is 'e' or 'E')
        {
            var exponent = i + 1 < _text.Length && _text[i + 1] is '+' or '-' ? i + 2 : i + 1;
            if (CountDigits(exponent) is > 0 and var power)
                i = exponent + power;
        }

        _position = i;
        return true;
    }

    readonly int CountDigits(int from)
    {
        var i = from;
        while (i < _text.Length && char.IsAsciiDigit(_text[i]))
            i++;

        return i - from;
    }

    readonly bool At(char c) => _position < _text.Length && _text[_position] == c;

    void SkipBlanks()
    {
        while (_position < _text.Length && _text[_position] is ' ' or '\t' or '\n' or '\r')
            _position++;
    }

    /// <summary>Always false, for callers that pass it on. Only the first complaint counts.</summary>
    bool Complain(string complaint, int position)
    {
        var before = _text[..position];
        var column = PythonText.Length(before[(before.LastIndexOf('\n') + 1)..]) + 1;
        _complaint ??= $"{complaint}: line {before.Count('\n') + 1} column {column} (char {PythonText.Length(before)})";
        return false;
    }
}
