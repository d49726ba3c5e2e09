namespace Socorro.Minidumps.Demangling.Itanium;

/// <summary>A type with words behind it: const, volatile, those of vendors.</summary>
sealed class Worded(Node type, string words) : Node(Above(type))
{
    public override bool IsFunction(ItaniumWriter writer) => type.IsFunction(writer);

    public override bool IsArray(ItaniumWriter writer) => type.IsArray(writer);

    public override void WriteLeft(ItaniumWriter writer)
    {
        writer.WriteLeft(type);
        writer.Write(words);
    }

    public override void WriteRight(ItaniumWriter writer) => writer.WriteRight(type);
}

/// <summary>A pointer, a reference, or a pointer to a member.</summary>
/// <param name="scope">The class of the member; null for other pointers.</param>
sealed class Pointer(Node target, string sign, Node? scope = null) : Node(Above(target, scope))
{
    const int MaxHops = 8;

    // A reference to a reference is one, and of two kinds it is that to an lvalue.
    (Node Target, string Sign) Collapse(ItaniumWriter writer)
    {
        var (to, kind) = (target, sign);
        for (var hops = 0; kind[0] == '&' && hops < MaxHops; hops++)
        {
            to = (to as TemplateParameter)?.Resolve(writer) ?? to;
            to = (to as Pack)?.Current(writer) ?? to;
            if (to is not Pointer { IsReference: true } inner)
                break;
            kind = kind.Length < inner.Sign.Length ? kind : inner.Sign;
            to = inner.Target;
        }

        return (to, kind);
    }

    bool IsReference => sign[0] == '&';

    string Sign => sign;

    Node Target => target;

    public override void WriteLeft(ItaniumWriter writer)
    {
        var (to, kind) = Collapse(writer);
        writer.WriteLeft(to);
        if (to.IsArray(writer))
            writer.Write(" (");
        else if (to.IsFunction(writer))
            writer.Write("(");
        else if (scope is not null)
            writer.Write(" ");
        if (scope is not null)
        {
            writer.Write(scope);
            writer.Write("::");
        }

        writer.Write(kind);
    }

    public override void WriteRight(ItaniumWriter writer)
    {
        var (to, _) = Collapse(writer);
        if (to.IsArray(writer) || to.IsFunction(writer))
            writer.Write(")");
        writer.WriteRight(to);
    }
}

sealed class ArrayType(Node element, Node? length) : Node(Above(element, length))
{
    public override bool IsArray(ItaniumWriter writer) => true;

    public override void WriteLeft(ItaniumWriter writer) => writer.WriteLeft(element);

    public override void WriteRight(ItaniumWriter writer)
    {
        writer.Write(writer.Output.Last == ']' ? "[" : " [");
        if (length is not null)
            writer.Write(length);
        writer.Write("]");
        writer.WriteRight(element);
    }
}

/// <summary>The type of a function, as pointers to it have it.</summary>
sealed class FunctionType(Node returns, IReadOnlyList<Node> parameters, string qualifiers, Node? condition)
    : Node(Math.Max(Above(returns, condition), Above(parameters)))
{
    public override bool IsFunction(ItaniumWriter writer) => true;

    public override void WriteLeft(ItaniumWriter writer)
    {
        writer.WriteLeft(returns);
        writer.Write(" ");
    }

    public override void WriteRight(ItaniumWriter writer)
    {
        writer.Write("(");
        writer.WriteList(parameters);
        writer.Write(")");
        writer.WriteRight(returns);
        writer.Write(qualifiers);
        if (condition is null)
            return;

        writer.Write(" noexcept(");
        writer.Write(condition);
        writer.Write(")");
    }
}

/// <summary>
/// T_ and its like. What it stands for depends on the function that it is written in: names can abbreviate with it what stood in
/// another one.
/// </summary>
sealed class TemplateParameter(int index) : Node(1)
{
    const int MaxHops = 8;

    /// <summary>The argument; null where there is none, and in closures, whose own parameters these are.</summary>
    public Node? Resolve(ItaniumWriter writer) =>
        writer.ClosureDepth == 0 && index < writer.Arguments.Count ? writer.Arguments[index] : null;

    public override bool IsFunction(ItaniumWriter writer) => Is(writer, node => node.IsFunction(writer));

    public override bool IsArray(ItaniumWriter writer) => Is(writer, node => node.IsArray(writer));

    public override void WriteLeft(ItaniumWriter writer)
    {
        if (writer.ClosureDepth > 0)
            writer.Write($"auto:{index + 1}");
        else if (Resolve(writer) is { } argument)
            writer.WriteLeft(argument);
        else
            writer.Output.Fail();
    }

    public override void WriteRight(ItaniumWriter writer)
    {
        if (Resolve(writer) is { } argument)
            writer.WriteRight(argument);
    }

    // A hostile name's arguments can stand for each other.
    bool Is(ItaniumWriter writer, Func<Node, bool> question)
    {
        if (writer.Hops == MaxHops || Resolve(writer) is not { } argument)
            return false;

        writer.Hops++;
        var answer = question(argument);
        writer.Hops--;
        return answer;
    }
}

/// <summary>A list of template arguments that stands for one parameter.</summary>
sealed class Pack(IReadOnlyList<Node> elements) : Node(Above(elements))
{
    public int Count => elements.Count;

    /// <summary>The element that an expansion is at; null outside expansions and behind the last one.</summary>
    public Node? Current(ItaniumWriter writer)
    {
        if (writer.PackIndex >= 0 && writer.PackLength < 0)
            writer.PackLength = elements.Count;
        return writer.PackIndex >= 0 && writer.PackIndex < elements.Count ? elements[writer.PackIndex] : null;
    }

    public override bool IsFunction(ItaniumWriter writer) => Current(writer)?.IsFunction(writer) == true;

    public override bool IsArray(ItaniumWriter writer) => Current(writer)?.IsArray(writer) == true;

    public override void WriteLeft(ItaniumWriter writer)
    {
        if (writer.PackIndex < 0)
        {
            writer.WriteList(elements);
            return;
        }

        if (Current(writer) is { } element)
            writer.WriteLeft(element);
    }

    public override void WriteRight(ItaniumWriter writer)
    {
        if (writer.PackIndex >= 0 && Current(writer) is { } element)
            writer.WriteRight(element);
    }
}

/// <summary>A pattern that is repeated for each element of the packs in it.</summary>
sealed class Expansion(Node pattern) : Node(Above(pattern))
{
    public override void WriteLeft(ItaniumWriter writer)
    {
        var (index, length) = (writer.PackIndex, writer.PackLength);
        (writer.PackIndex, writer.PackLength) = (0, -1);
        var start = writer.Output.Length;
        writer.Write(pattern);
        if (writer.PackLength < 0)
            writer.Write("...");
        else if (writer.PackLength == 0)
            writer.Output.Truncate(start);
        for (writer.PackIndex = 1; writer.PackIndex < writer.PackLength && !writer.Output.IsOver; writer.PackIndex++)
        {
            writer.Write(", ");
            writer.Write(pattern);
        }

        (writer.PackIndex, writer.PackLength) = (index, length);
    }
}
