"""What the people and the models of the sample traffic say, in English and Korean."""

# question, what was found, answer
ANSWERS = (
    (
        "Which plan includes SSO and audit logs?",
        "Security features. SSO (SAML and OIDC) and the audit log are part of every plan.",
        "**SSO and audit logs are part of every plan**, the free one included.\n\n"
        "1. Open *Settings → Security*\n2. Choose your identity provider\n3. Test with one account",
    ),
    (
        "Is the X200 waterproof?",
        "X200 data sheet. Ingress protection IP67: up to 1 m of water for 30 minutes.",
        "The X200 is rated **IP67**: it stands up to 1 m of water for 30 minutes. Salt water is "
        "not covered by the warranty.",
    ),
    (
        "How do I export all my data before closing the account?",
        "Data export. Settings → Data → Export prepares an archive, usually within 10 minutes.",
        "Go to *Settings → Data → Export*. The archive holds `projects.jsonl` and `files/`, and "
        "the link works for 7 days.",
    ),
    (
        "What is the refund window for annual plans?",
        "Refund policy. Annual plans: full refund within 30 days of purchase, then pro rata.",
        "Annual plans are refunded **in full within 30 days**, and pro rata after that.",
    ),
    (
        "환불 정책이 어떻게 되나요? 주문한 지 10일이 지났어요.",
        "환불 정책. 구매 후 14일 이내에는 전액 환불, 이후에는 스토어 크레딧으로 처리합니다.",
        "구매 후 **14일 이내**라면 전액 환불이 가능합니다. 주문 번호를 알려 주시면 바로 "
        "처리해 드리겠습니다.",
    ),
    (
        "배송이 3일째 멈춰 있는데 확인해 주세요",
        "통관 안내. 인천 물류센터의 통관은 평균 2~4일이 걸립니다.",
        "확인해 보니 상품이 **인천 물류센터에서 통관 대기** 중입니다. 보통 2~4일이 걸리며, "
        "통관이 끝나면 문자로 알려 드립니다.",
    ),
    (
        "보증 기간은 언제까지인가요?",
        "보증 안내. 모든 제품은 구매일로부터 2년간 무상 보증됩니다.",
        "구매일로부터 **2년간** 무상 보증이 제공됩니다. 영수증을 보관해 주세요.",
    ),
    (
        "Can I pause my subscription for two months?",
        "Pausing. Subscriptions can be paused for 1 to 3 months once a year.",
        "Yes: a subscription can be paused for **1 to 3 months, once a year**, under "
        "*Billing → Pause*.",
    ),
)

# what the user asks of the agent, the order, the amount, how it ends
# What a new release has the model add to each answer.
FOLLOW_UP = (
    "\n\nWould you like me to walk you through this step by step? I can also send you a summary by"
    " mail, open a ticket for our support team, or suggest the articles of the help centre that"
    " customers with the same question have found most useful."
)
ERRANDS = (
    ("Cancel my subscription and refund the last month", "sub-88213", 29.0, "refund"),
    ("Change the delivery address of order 88213 to 14 Elm Street", "ord-88213", 0.0, "address"),
    ("My charger stopped working after the firmware update", "ord-77120", 49.9, "refund"),
    ("지난주에 주문한 이어폰을 교환하고 싶어요", "ord-90117", 129.0, "exchange"),
    ("결제가 두 번 됐어요. 한 건을 취소해 주세요", "pay-55410", 18.5, "refund"),
    ("Where is my parcel? It was due on Tuesday", "ord-66402", 0.0, "track"),
)

QUERIES = (
    (
        "top 10 customers by revenue last quarter",
        "SELECT c.name, SUM(o.amount) AS revenue\n"
        "FROM orders AS o\nJOIN customers AS c USING (customer_id)\n"
        "WHERE o.created_at >= DATE_TRUNC('quarter', NOW()) - INTERVAL '3 months'\n"
        "GROUP BY c.name\nORDER BY revenue DESC\nLIMIT 10",
    ),
    (
        "지난달 국가별 반품률",
        "SELECT country, AVG(CASE WHEN returned THEN 1 ELSE 0 END) AS return_rate\nFROM orders\n"
        "WHERE created_at >= DATE_TRUNC('month', NOW()) - INTERVAL '1 month'\nGROUP BY country",
    ),
    (
        "how many trials became paid last week",
        "SELECT COUNT(*) FROM trials WHERE paid_at >= NOW() - INTERVAL '7 days'",
    ),
)

INCIDENTS = (
    (
        "Summarize the incident timeline for the status page:\n"
        "09:14 error rate rises in eu-west\n09:20 rollback\n09:31 recovered",
        "At 09:14 UTC elevated error rates were observed in eu-west. A rollback at 09:20 restored "
        "service by 09:31.",
    ),
    (
        "다음 회의록을 세 문장으로 요약해 주세요:\n"
        "- 신규 가격제 검토\n- 보안 감사 일정 확정\n- 다음 스프린트 목표",
        "신규 가격제를 검토했습니다. 보안 감사 일정을 확정했습니다. "
        "다음 스프린트 목표를 정했습니다.",
    ),
)

INTENTS = (
    ("ok thanks bye", "goodbye"),
    ("환불해 주세요", "refund"),
    ("where is my order", "tracking"),
    ("I want to talk to a human", "escalate"),
)

SYSTEM = (
    "You are the support agent of Acme. Follow the refund policy below and answer in the "
    "customer's language.\n\n<policy>\n- Refund in full within 14 days (annual plans: 30 days)\n"
    "- Never promise a refund before `refund_payment` confirms it\n- Hand over to a person when "
    "asked to\n</policy>"
)

STACK = (
    "Traceback (most recent call last):\n"
    '  File "/srv/agent/tools.py", line 88, in refund_payment\n'
    '    response = payments.post(f"/refunds/{order_id}", timeout=5)\n'
    '  File "/srv/agent/http.py", line 31, in post\n'
    '    raise ToolTimeout(f"{self.name} timed out after {timeout * 1000} ms")\n'
    "agent.errors.ToolTimeout: refund_payment timed out after 5000 ms"
)
