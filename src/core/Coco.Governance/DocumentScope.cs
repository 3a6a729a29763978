using System.Text.Json;
using System.Text.Unicode;

namespace Coco.Governance;

/// <summary>
/// Reads one JSON object strictly: every field is known, has its type and its range. Errors are gathered, and reading goes on
/// with defaults, so that an author sees all of them at once.
/// </summary>
internal sealed class DocumentScope
{
    private const int MaxErrors = 100;

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = Limits.MaxJsonDepth,
        AllowDuplicateProperties = false,
    };

    private readonly JsonElement _element;
    private readonly bool _isObject;
    private readonly List<DocumentError> _errors;
    private readonly List<string> _known = [];

    private DocumentScope(JsonElement element, string path, List<DocumentError> errors)
    {
        _element = element;
        Path = path;
        _errors = errors;
        _isObject = element.ValueKind == JsonValueKind.Object;
    }

    public string Path { get; }

    public bool HasErrors => _errors.Count > 0;

    /// <summary>Opens a document and gives its root to <paramref name="read"/>; null where anything was wrong.</summary>
    public static T? Read<T>(ReadOnlyMemory<byte> json, int limit, List<DocumentError> errors, Func<DocumentScope, T> read)
        where T : class
    {
        if (json.Length > limit)
        {
            errors.Add(new DocumentError("$", $"is {json.Length} bytes long", $"at most {limit} are read"));
            return null;
        }
        if (!Utf8.IsValid(json.Span))
        {
            errors.Add(new DocumentError("$", "is not UTF-8", "save it as UTF-8"));
            return null;
        }
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Options);
            T value = read(Of(document.RootElement, "$", errors));
            return errors.Count == 0 ? value : null;
        }
        catch (JsonException problem)
        {
            errors.Add(new DocumentError(problem.Path ?? "$", $"is not JSON: {problem.Message}", "correct it there"));
            return null;
        }
        catch (InvalidOperationException problem)
        {
            // How JsonElement says that an escaped name is half of a surrogate pair.
            errors.Add(new DocumentError("$", $"holds text that is not Unicode: {problem.Message}", "correct the escape \\uXXXX"));
            return null;
        }
    }

    public void Fail(string path, string problem, string remedy)
    {
        if (_errors.Count < MaxErrors) _errors.Add(new DocumentError(path, problem, remedy));
    }

    public string PathOf(string name) => $"{Path}.{name}";

    public bool Has(string name) => _isObject && _element.TryGetProperty(name, out _);

    /// <summary>The only field's name of an object such as {"majority":{}}; null and an error where it has not exactly one.</summary>
    public string? OnlyField(string remedy)
    {
        if (!_isObject) return null;
        string? only = null;
        int count = 0;
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            only = property.Name;
            count++;
        }
        if (count == 1) return only;
        Fail(Path, $"has {count} fields", remedy);
        return null;
    }

    public string Text(string name, int maxLength, string remedy)
    {
        if (!TryGet(name, remedy, out JsonElement value)) return "";
        // GetString refuses text that is not Unicode (a lone surrogate) with an exception.
        if (value.ValueKind == JsonValueKind.String && TryGetText(value, out string text) && text.Length <= maxLength) return text;
        Fail(PathOf(name), $"is not text of at most {maxLength} characters", remedy);
        return "";
    }

    public string? OptionalText(string name, int maxLength, string remedy) => Has(name) ? Text(name, maxLength, remedy) : Skip<string>(name);

    public string Name(string name)
    {
        const string Remedy = "a name is 1 to 64 letters, digits, '.', '_' or '-' and begins with a letter or digit";
        string text = Text(name, Limits.MaxNameLength, Remedy);
        if (!HasErrorAt(name) && !Names.IsName(text)) Fail(PathOf(name), $"'{text}' is not a name", Remedy);
        return text;
    }

    public long Integer(string name, long least, long most, long? missing = null)
    {
        string remedy = $"write a whole number from {least} to {most}";
        if (missing is { } value && !Has(name)) return Known(name, value);
        if (!TryGet(name, remedy, out JsonElement element)) return least;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long number) && number >= least && number <= most)
            return number;
        Fail(PathOf(name), $"is {Shown(element)}", remedy);
        return least;
    }

    public bool Flag(string name, bool? missing = null)
    {
        const string Remedy = "write true or false";
        if (missing is { } value && !Has(name)) return Known(name, value);
        if (!TryGet(name, Remedy, out JsonElement element)) return false;
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False) return element.GetBoolean();
        Fail(PathOf(name), $"is {Shown(element)}", Remedy);
        return false;
    }

    public T Object<T>(string name, T missing, Func<DocumentScope, T> read) where T : class =>
        Has(name) ? Object(name, read)! : Known(name, missing);

    public T? OptionalObject<T>(string name, Func<DocumentScope, T> read) where T : class =>
        Has(name) ? Object(name, read) : Skip<T>(name);

    public T? Object<T>(string name, Func<DocumentScope, T> read) where T : class
    {
        if (!TryGet(name, "write an object", out JsonElement element)) return null;
        return read(Of(element, PathOf(name), _errors));
    }

    /// <summary>Every field of the object by name, in its order: for tables whose keys are names.</summary>
    public IEnumerable<(string Name, DocumentScope Scope)> Fields()
    {
        if (!_isObject) yield break;
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            _known.Add(property.Name);
            yield return (property.Name, Of(property.Value, PathOf(property.Name), _errors));
        }
    }

    public List<T> List<T>(string name, int least, int most, Func<DocumentScope, T> read, bool isOptional = false)
    {
        var items = new List<T>();
        foreach ((JsonElement element, string path) in Elements(name, least, most, isOptional))
            items.Add(read(Of(element, path, _errors)));
        return items;
    }

    public List<string> Texts(string name, int most, int maxLength, string remedy, bool isOptional = false)
    {
        var items = new List<string>();
        foreach ((JsonElement element, string path) in Elements(name, 0, most, isOptional))
        {
            if (element.ValueKind == JsonValueKind.String && TryGetText(element, out string text) && text.Length <= maxLength)
                items.Add(text);
            else
                Fail(path, $"is not text of at most {maxLength} characters", remedy);
        }
        return items;
    }

    /// <summary>The bytes of a value, white space left out, all else as written (numbers of any size, the order of fields).</summary>
    public byte[] Raw(string name, string remedy) =>
        TryGet(name, remedy, out JsonElement element) ? JsonText.WithoutWhiteSpace(element.GetRawText()) : "{}"u8.ToArray();

    /// <summary>Call when all fields have been read: any other is an error.</summary>
    public void End()
    {
        if (!_isObject) return;
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            if (!_known.Contains(property.Name))
                Fail(PathOf(property.Name), "is not a field of this object", $"its fields are {string.Join(", ", _known)}");
        }
    }

    private static DocumentScope Of(JsonElement element, string path, List<DocumentError> errors)
    {
        var scope = new DocumentScope(element, path, errors);
        if (!scope._isObject) scope.Fail(path, $"is {Shown(element)}", "write an object");
        return scope;
    }

    private List<(JsonElement Element, string Path)> Elements(string name, int least, int most, bool isOptional)
    {
        var found = new List<(JsonElement, string)>();
        if (isOptional && !Has(name)) return Known(name, found);
        string remedy = $"write an array of {least} to {most}";
        if (!TryGet(name, remedy, out JsonElement array)) return found;
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() < least || array.GetArrayLength() > most)
        {
            Fail(PathOf(name), array.ValueKind == JsonValueKind.Array ? $"has {array.GetArrayLength()} elements" : $"is {Shown(array)}", remedy);
            return found;
        }
        foreach (JsonElement element in array.EnumerateArray()) found.Add((element, $"{PathOf(name)}[{found.Count}]"));
        return found;
    }

    private bool TryGet(string name, string remedy, out JsonElement value)
    {
        _known.Add(name);
        value = default;
        if (!_isObject) return false;
        if (_element.TryGetProperty(name, out value)) return true;
        Fail(PathOf(name), "is missing", remedy);
        return false;
    }

    private T Known<T>(string name, T value)
    {
        _known.Add(name);
        return value;
    }

    private T? Skip<T>(string name) where T : class => Known<T?>(name, null);

    private bool HasErrorAt(string name) => _errors.Exists(error => error.Path == PathOf(name)) || !Has(name);

    private static bool TryGetText(JsonElement value, out string text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    private static string Shown(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "text",
        JsonValueKind.Null => "null",
        _ => element.GetRawText() is { Length: <= 40 } raw ? raw : "a long number",
    };
}
