/** Changes by itself: where a thing stands, how much there is, when it was touched, what it costs today. */
const PASSING =
  /(?:^|_)(?:status|state|stage|phase|progress|percent\w*|stock|inventory|availab\w+|quantity|qty|counts?|balance|remaining|left|used|usage|load|queue|price|rate|quote|score|rank\w*|position|location|place|lat|lng|lon|latitude|longitude|eta|updated\w*|modified\w*|changed\w*|accessed\w*|seen|synced\w*|refreshed\w*|checked\w*|fetched\w*|last|next|current\w*|latest|now|today|timestamp|time|expires?\w*|expiry|version|revision|etag|hash|checksum|temperature|humidity|speed|age|views|likes|uptime|open|opened|closed|active|enabled|online|busy|free|locked|pending|step|attempts?|retries|token|url|link|uri|cursor|offset|page|total_count|points|credits?|usd_rate|weather|forecast|traffic|valid_until|elapsed|duration|latency)(?:_|$)|(?:^|_)at$/;

/** Words about a thing, which everybody finds for himself. */
const IN_WORDS =
  /(?:^|_)(?:reason|subject|title|topic|category|kind|intent|action|request|issue|problem|sentiment|tone|note|notes|comment|comments|summary|description|message|text|body|content|question|answer|instruction|instructions|context|query|label|labels|tag|tags|details|explanation|feedback|remark|remarks|channel|source|origin|method|mode|via|by|role|purpose|goal|task|operation|event|result|outcome|type|name|greeting|language|lang|locale)(?:_|$)/;

/** What somebody makes of a thing: another may see it otherwise, or later. */
const OPINION =
  /(?:^|_)(?:priority|severity|urgency|risk|rating|grade|confidence|probability|likelihood|recommend\w*|suggest\w*|decision|decided|verdict|opinion|position|vote|proposal|proposed|planned|estimate\w*|forecast|expected|target|limit|budget|max\w*|min\w*|cap|threshold|bid|offer\w*|counter|discount|vendor|winner|choice|chosen|preferred|preference|prefers|assignee|assigned\w*|owner|handler|escalat\w*|approved?\w*|refund\w*|compensation|penalty|amount)(?:_|$)/;

/** The value changes by nature: that it is another one later says nothing. */
export const isPassing = (field: string): boolean => PASSING.test(field);

/** Facts of this field are told in words that differ where they mean the same. */
export const isInWords = (field: string): boolean => IN_WORDS.test(field);

/** The value is what somebody decides, judges or intends. */
export const isOpinion = (field: string): boolean => OPINION.test(field);
