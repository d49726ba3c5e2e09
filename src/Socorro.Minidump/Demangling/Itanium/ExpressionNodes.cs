namespace Socorro.Minidumps.Demangling.Itanium;

/// <summary>An expression that is written as texts and operands in turn.</summary>
/// <param name="parts">A node, or the text between nodes; a node that is marked stands in parentheses unless it is simple.</param>
sealed class Expression(params Expression.Part[] parts) : Node(Above([.. parts.Select(part => part.Node).OfType<Node>()]))
{
    public override void WriteLeft(ItaniumWriter writer)
    {
        foreach (var part in parts)
        {
            if (part.Node is not { } node)
            {
                writer.Write(part.Text);
                continue;
            }

            var isBare = !part.IsOperand || node.IsSimple;
            writer.Write(isBare ? "" : "(");
            writer.Write(node);
            writer.Write(isBare ? "" : ")");
        }
    }

    public readonly record struct Part(string Text, Node? Node, bool IsOperand)
    {
        public static implicit operator Part(string text) => new(text, null, false);

        public static implicit operator Part(Node node) => new("", node, false);

        public static Part Operand(Node node) => new("", node, true);
    }
}

/// <summary>Parts between commas.</summary>
sealed class Sequence(IReadOnlyList<Node> nodes) : Node(Above(nodes))
{
    public IReadOnlyList<Node> Nodes => nodes;

    public override void WriteLeft(ItaniumWriter writer) => writer.WriteList(nodes);
}

/// <summary>How many elements a pack has.</summary>
sealed class PackCount(Node pack) : Node(Above(pack))
{
    public override void WriteLeft(ItaniumWriter writer)
    {
        if (((pack as TemplateParameter)?.Resolve(writer) ?? pack) is Pack known)
        {
            writer.Write(known.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return;
        }

        writer.Write("sizeof...(");
        writer.Write(pack);
        writer.Write(")");
    }
}
