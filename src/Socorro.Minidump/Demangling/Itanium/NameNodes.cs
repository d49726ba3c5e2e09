namespace Socorro.Minidumps.Demangling.Itanium;

/// <summary>A name, or anything else that is written as it stands.</summary>
sealed class Text(string text, bool isSimple = true) : Node(1)
{
    public override string BaseName => text;

    public override bool IsSimple => isSimple;

    public override void WriteLeft(ItaniumWriter writer) => writer.Write(text);
}

/// <summary>What has no name of its own: its constructors are called as what is around it.</summary>
sealed class Nameless(string text) : Node(1)
{
    public override void WriteLeft(ItaniumWriter writer) => writer.Write(text);
}

/// <summary>An abbreviation of the standard library, such as std::string.</summary>
sealed class Abbreviation(ItaniumCode code) : Node(1)
{
    public override string BaseName
    {
        get
        {
            var full = code.Detail == "-" ? code.Text : code.Detail;
            full = full.Split('<')[0];
            return full[(full.LastIndexOf(':') + 1)..];
        }
    }

    public override Node Expanded => code.Detail == "-" ? this : new Text(code.Detail);

    public override void WriteLeft(ItaniumWriter writer) => writer.Write(code.Text);
}

/// <summary>A name within a class or namespace, or an entity within a function.</summary>
sealed class Qualified(Node scope, Node name) : Node(Above(scope, name))
{
    public override string BaseName => name.BaseName.Length > 0 ? name.BaseName : scope.BaseName;

    public override bool IsSimple => true;

    public override void WriteLeft(ItaniumWriter writer)
    {
        writer.Write(scope);
        writer.Write("::");
        writer.Write(name);
    }
}

/// <summary>A template with its arguments.</summary>
sealed class Templated(Node name, Node arguments) : Node(Above(name, arguments))
{
    public override string BaseName => name.BaseName;

    public override void WriteLeft(ItaniumWriter writer)
    {
        writer.Write(name);
        writer.Write(arguments);
    }
}

/// <summary>The arguments of a template.</summary>
sealed class TemplateArguments(IReadOnlyList<Node> arguments) : Node(Above(arguments))
{
    /// <summary>What parameters that stand for the arguments are: of a list, one element after the other.</summary>
    public IReadOnlyList<Node> Parameters => [.. arguments.Select(argument => argument is Sequence list ? new Pack(list.Nodes) : argument)];

    public override void WriteLeft(ItaniumWriter writer)
    {
        // Not a shift, nor the end of two lists.
        writer.Write(writer.Output.Last == '<' ? " <" : "<");
        writer.WriteList(arguments);
        writer.Write(writer.Output.Last == '>' ? " >" : ">");
    }
}

/// <summary>A name with the tag of an ABI that it depends on.</summary>
sealed class Tagged(Node name, string tag) : Node(Above(name))
{
    public override string BaseName => name.BaseName;

    public override void WriteLeft(ItaniumWriter writer)
    {
        writer.Write(name);
        writer.Write($"[abi:{tag}]");
    }
}

/// <summary>A closure, which is known by its parameters and its number in the function.</summary>
sealed class Closure(IReadOnlyList<Node> parameters, int number) : Node(Above(parameters))
{
    public override void WriteLeft(ItaniumWriter writer)
    {
        writer.Write("{lambda(");
        writer.ClosureDepth++;
        writer.WriteList(parameters);
        writer.ClosureDepth--;
        writer.Write($")#{number}}}");
    }
}

/// <summary>Something that belongs to an entity: its virtual table, its guard.</summary>
sealed class Special(string what, Node entity, string then = "", Node? other = null) : Node(Above(entity, other))
{
    public override void WriteLeft(ItaniumWriter writer)
    {
        writer.Write(what);
        writer.Write(entity);
        writer.Write(then);
        if (other is not null)
            writer.Write(other);
    }
}

/// <summary>A function: its name, parameters, and of templates what it returns.</summary>
sealed class Function(Node name, Node? returns, IReadOnlyList<Node> parameters, NameState state)
    : Node(Math.Max(Above(name, returns), Above(parameters)))
{
    public override string BaseName => name.BaseName;

    /// <summary>The function as it is named where it is the scope of something else.</summary>
    public Function WithoutResult => returns is null ? this : new(name, null, parameters, state);

    /// <summary>The name alone, as expressions write it.</summary>
    public Node Name => name;

    public override void WriteLeft(ItaniumWriter writer)
    {
        var outer = writer.Arguments;
        writer.Arguments = state.Arguments ?? outer;
        if (returns is not null)
        {
            writer.WriteLeft(returns);
            if (!returns.IsFunction(writer) && !returns.IsArray(writer))
                writer.Write(" ");
        }

        writer.Write(name);
        writer.Write("(");
        writer.WriteList(parameters);
        writer.Write(")");
        if (returns is not null)
            writer.WriteRight(returns);
        writer.Write(state.Qualifiers);
        writer.Arguments = outer;
    }
}
