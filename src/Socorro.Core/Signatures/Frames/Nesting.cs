namespace Socorro.Signatures.Frames;

/// <summary>Follows brackets through a declaration: a close counts only when it fits the innermost open.</summary>
/// <param name="closes">Room for as many closes as the declaration is long.</param>
ref struct Nesting(Span<char> closes)
{
    readonly Span<char> _closes = closes;
    int _depth;

    public readonly bool IsOutside => _depth == 0;

    public void Read(char c)
    {
        if (CloseOf(c) is var close and not '\0')
            _closes[_depth++] = close;
        else if (_depth > 0 && _closes[_depth - 1] == c)
            _depth--;
    }

    static char CloseOf(char c) => c switch
    {
        '(' => ')',
        '{' => '}',
        '[' => ']',
        '<' => '>',
        '`' => '\'',
        _ => '\0',
    };
}
