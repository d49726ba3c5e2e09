namespace Socorro.Minidumps.Demangling.Itanium;

/// <summary>
/// A part of a C++ name. What stands to the right of a declared name (parameters, bounds of arrays) is written apart from what
/// stands to its left.
/// </summary>
abstract class Node(int height)
{
    /// <summary>How deep the parts inside nest, which bounds how deep writing goes.</summary>
    public int Height => height;

    /// <summary>Whether a pointer to it takes parentheses.</summary>
    public virtual bool IsFunction(ItaniumWriter writer) => false;

    /// <inheritdoc cref="IsFunction"/>
    public virtual bool IsArray(ItaniumWriter writer) => false;

    /// <summary>The last name, without arguments and tags: what a constructor is called.</summary>
    public virtual string BaseName => "";

    /// <summary>What it is as the class of a constructor.</summary>
    public virtual Node Expanded => this;

    /// <summary>Whether it stands in expressions without parentheses.</summary>
    public virtual bool IsSimple => false;

    public virtual void WriteLeft(ItaniumWriter writer)
    {
    }

    public virtual void WriteRight(ItaniumWriter writer)
    {
    }

    protected static int Above(params ReadOnlySpan<Node?> parts)
    {
        var highest = 0;
        foreach (var part in parts)
            highest = Math.Max(highest, part?.Height ?? 0);
        return highest + 1;
    }

    protected static int Above(IReadOnlyList<Node> parts)
    {
        var highest = 0;
        foreach (var part in parts)
            highest = Math.Max(highest, part.Height);
        return highest + 1;
    }
}

/// <summary>Writes parts of a C++ name, one element of each pack at a time.</summary>
sealed class ItaniumWriter
{
    const int MaxDepth = 1000;

    readonly NameWriter _output = new();
    int _depth;

    public NameWriter Output => _output;

    /// <summary>The element of packs that is being written; −1 outside expansions.</summary>
    public int PackIndex { get; set; } = -1;

    /// <summary>How many elements the pack has that the expansion met first; −1 when it has met none.</summary>
    public int PackLength { get; set; } = -1;

    /// <summary>What template parameters stand for in the function that is being written.</summary>
    public IReadOnlyList<Node> Arguments { get; set; } = [];

    /// <summary>Greater than 0 in the parameters of a closure.</summary>
    public int ClosureDepth { get; set; }

    /// <summary>Parameters that were followed to answer one question.</summary>
    public int Hops { get; set; }

    public void Write(string text) => _output.Write(text);

    public void Write(Node node)
    {
        WriteLeft(node);
        WriteRight(node);
    }

    public void WriteLeft(Node node)
    {
        if (Enter())
            node.WriteLeft(this);
        _depth--;
    }

    public void WriteRight(Node node)
    {
        if (Enter())
            node.WriteRight(this);
        _depth--;
    }

    bool Enter()
    {
        if (++_depth > MaxDepth)
            _output.Fail();
        return _output.Step();
    }

    /// <summary>Parts between commas; those that come to nothing, as empty packs do, have none.</summary>
    public void WriteList(IReadOnlyList<Node> nodes)
    {
        var isFirst = true;
        foreach (var node in nodes)
        {
            var before = _output.Length;
            if (!isFirst)
                Write(", ");
            var start = _output.Length;
            Write(node);
            if (_output.Length == start)
                _output.Truncate(before);
            else
                isFirst = false;
        }
    }
}
