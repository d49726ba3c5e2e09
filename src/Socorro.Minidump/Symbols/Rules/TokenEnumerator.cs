namespace Socorro.Minidumps.Symbols.Rules;

/// <summary>Walks over the tokens of a text that are separated by blanks.</summary>
ref struct TokenEnumerator(ReadOnlySpan<byte> text)
{
    readonly ReadOnlySpan<byte> _text = text;
    int _position;

    public Range Current { get; private set; }

    public readonly TokenEnumerator GetEnumerator() => this;

    public bool MoveNext()
    {
        var start = _position;
        while (start < _text.Length && _text[start] is (byte)' ' or (byte)'\t')
            start++;
        if (start == _text.Length)
            return false;

        var end = start + 1;
        while (end < _text.Length && _text[end] is not ((byte)' ' or (byte)'\t'))
            end++;
        Current = start..end;
        _position = end;
        return true;
    }
}
